import { createApp } from "vue";
import App from "./App.vue";
import "./console.css";
import { router } from "./router";

createApp(App).use(router).mount("#console");
