import { createApp } from "vue";
import App from "./App.vue";
import "./console.css";
import { learnLessons } from "./parts/lessons";
import { router } from "./router";

learnLessons();
createApp(App).use(router).mount("#console");
