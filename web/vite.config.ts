import { VantResolver } from "@vant/auto-import-resolver";
import vue from "@vitejs/plugin-vue";
import { ElementPlusResolver } from "unplugin-vue-components/resolvers";
import Components from "unplugin-vue-components/vite";
import { defineConfig, type Plugin, type UserConfig } from "vite";
import { VitePWA } from "vite-plugin-pwa";

const build = { target: "es2022", chunkSizeWarningLimit: 900, emptyOutDir: true } as const;
const platform = process.env.PLATFORM_URL ?? "";
const server = { proxy: { "/api": platform, "/issuer": platform, "/session": platform }, fs: { allow: [import.meta.dirname] } };

// Kits are imported component by component: the whole of one is several times what a first screen may weigh.
const components = (door: string, resolver: object) =>
  Components({ dirs: [], dts: `${import.meta.dirname}/generated/${door}.components.d.ts`, resolvers: [resolver] });

const console: UserConfig = {
  root: "console", base: "/console/", publicDir: false, server,
  plugins: [vue(), components("console", ElementPlusResolver())],
  build: { ...build, outDir: "../dist/console" },
};

// The kit's icon font names an address elsewhere; the app draws the few pictures that it has itself.
const withoutIconFont: Plugin = { name: "without-icon-font", enforce: "pre", load: (id) => (/vant\/es\/icon\/index\.css/.test(id) ? "" : null) };

// The phone app works from a cold start without a network: its worker keeps all that it is made of, and waits to be asked before it changes.
const inspector: UserConfig = {
  root: "inspector", base: "/inspector/", publicDir: "icons", server,
  plugins: [withoutIconFont, vue(), components("inspector", VantResolver()), VitePWA({
    registerType: "prompt",
    injectRegister: false,
    filename: "worker.js",
    manifest: {
      id: "/inspector/", name: "Casetrail 移动执法", short_name: "移动执法", lang: "zh-CN", start_url: "/inspector/", scope: "/inspector/",
      display: "standalone", background_color: "#f3f5f7", theme_color: "#14548c",
      icons: [{ src: "icon.svg", sizes: "any", type: "image/svg+xml", purpose: "any" }],
    },
    workbox: { globPatterns: ["**/*.{html,js,css,svg,woff2}"], inlineWorkboxRuntime: true },
  })],
  build: { ...build, outDir: "../dist/inspector" },
};

export default defineConfig(({ mode }) => (mode === "inspector" ? inspector : console));
