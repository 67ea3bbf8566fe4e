// Keeps of each font the weights that documents are set in; the packages bring all nine, ten times as much.
import { readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const KEPT = { "noto-sans-sc": ["700Bold"], "noto-serif-hk": ["400Regular"], "noto-serif-jp": ["400Regular"], "noto-serif-sc": ["400Regular"] };
const modules = join(dirname(fileURLToPath(import.meta.url)), "node_modules", "@expo-google-fonts");

for (const [family, weights] of Object.entries(KEPT)) {
  for (const entry of await readdir(join(modules, family), { withFileTypes: true })) {
    if (entry.isDirectory() && !weights.includes(entry.name)) {
      await rm(join(modules, family, entry.name), { recursive: true });
    }
  }
}
