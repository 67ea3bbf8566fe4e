// A file that was answered, given to the person to keep.
export function save({ blob, name }: { blob: Blob; name: string }): void {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
