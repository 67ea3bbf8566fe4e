import { createApp } from "vue";
import App from "./App.vue";
import "./inspector.css";
import { keepInStep } from "./kept/syncing";
import { router } from "./router";

createApp(App).use(router).mount("#inspector");
keepInStep();
