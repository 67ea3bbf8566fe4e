// A signature between the pad and the phone: base64 there, bytes of a known type here.
import { captured } from "../kept/files";
import type { Signed } from "../../shared/SignaturePad.vue";
import type { Visit } from "./visit";

const TYPES: [string, string, string][] = [["JVBERi0", "application/pdf", "pdf"], ["/9j/", "image/jpeg", "jpg"], ["iVBORw0KGgo", "image/png", "png"]];

/** A signature as evidence that goes with what it signs. */
export async function signatureOf({ file }: Signed, visit: Visit, signatory: string, said: string) {
  const [, type, ending] = TYPES.find(([begins]) => file.startsWith(begins)) ?? ["", "image/png", "png"];
  const bytes = Uint8Array.from(atob(file), (char) => char.charCodeAt(0));
  const place = visit.check_in?.place ?? visit.enterprise_name;
  return captured(new Blob([bytes], { type }), `${said}.${ending}`, { inspection_id: visit.inspection_id, place, said }, signatory);
}
