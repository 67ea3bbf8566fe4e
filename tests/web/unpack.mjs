// Unpacks what npm brought: Chromium, the libraries it needs where a machine lacks them, and a font configuration with Chinese.
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { createBrotliDecompress } from "node:zlib";
import { extract } from "tar-fs";

const modules = join(dirname(fileURLToPath(import.meta.url)), "node_modules");
const packed = join(modules, "@sparticuz", "chromium", "bin");
const home = join(modules, ".chromium");
const read = (name) => [createReadStream(join(packed, name)), createBrotliDecompress()];

await mkdir(join(home, "libraries"), { recursive: true });
await pipeline(...read("chromium.br"), createWriteStream(join(home, "chromium.part"), { mode: 0o755 }));
await rename(join(home, "chromium.part"), join(home, "chromium"));
await pipeline(...read("al2023.tar.br"), extract(join(home, "libraries")));
await writeFile(join(home, "fonts.conf"), `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${join(modules, "@expo-google-fonts", "noto-sans-sc", "400Regular")}</dir>
  <dir>${join(modules, "@expo-google-fonts", "noto-sans-sc", "700Bold")}</dir>
  <cachedir>${join(home, "font-cache")}</cachedir>
</fontconfig>
`);
