import vue from "@vitejs/plugin-vue";
import { ElementPlusResolver } from "unplugin-vue-components/resolvers";
import Components from "unplugin-vue-components/vite";
import { defineConfig } from "vite";

// Kits are imported component by component: the whole of one is several times what a first screen may weigh.
export default defineConfig({
  publicDir: false,
  plugins: [vue(), Components({ dirs: [], dts: "generated/components.d.ts", resolvers: [ElementPlusResolver()] })],
  build: {
    target: "es2022",
    assetsDir: "console/assets",
    chunkSizeWarningLimit: 900,
    rolldownOptions: { input: { console: "console/index.html" } },
  },
  server: { proxy: { "/api": process.env.PLATFORM_URL ?? "", "/issuer": process.env.PLATFORM_URL ?? "" } },
});
