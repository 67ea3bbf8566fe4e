// The addresses of the phone app. Whose phone it is, the phone knows by itself: no address asks the network first.
import { createRouter, createWebHistory, type RouteMeta, type RouteRecordRaw } from "vue-router";
import { owner } from "./kept/device";
import { STEPS } from "./visit/steps";

const OFFICER = ["officer"];
const ENTERPRISE = ["enterprise"];
const steps = STEPS.join("|");

/** Every page with its address, relative to `/inspector`. `roles`: whose pages they are; `home`: where they begin; `form`: nothing interrupts. */
export const PAGES: RouteRecordRaw[] = [
  { path: "/enter", component: () => import("./pages/EnterPage.vue"), meta: { open: true } },
  { path: "/today", component: () => import("./pages/TodayPage.vue"), meta: { roles: OFFICER, home: true } },
  { path: "/visits/:id", component: () => import("./pages/VisitPage.vue"), props: true, meta: { roles: OFFICER } },
  { path: "/visits/:id/items", component: () => import("./pages/ItemsPage.vue"), props: true, meta: { roles: OFFICER } },
  { path: "/visits/:id/items/:code", component: () => import("./pages/ItemPage.vue"), props: true, meta: { roles: OFFICER, form: true } },
  { path: `/visits/:id/:step(${steps})`, component: () => import("./pages/StepPage.vue"), props: true, meta: { roles: OFFICER, form: true } },
  { path: "/visits/:id/papers/:paper", component: () => import("./pages/PaperPage.vue"), props: true, meta: { roles: OFFICER } },
  { path: "/orders", component: () => import("./pages/OrdersPage.vue"), meta: { roles: ENTERPRISE, home: true } },
  { path: "/orders/:id", component: () => import("./pages/OrderPage.vue"), props: true, meta: { roles: ENTERPRISE } },
  { path: "/orders/:id/report", component: () => import("./pages/ReportPage.vue"), props: true, meta: { roles: ENTERPRISE, form: true } },
  { path: "/file", component: () => import("./pages/FilePage.vue"), meta: { roles: ENTERPRISE } },
  { path: "/documents", component: () => import("./pages/DocumentsPage.vue"), meta: { roles: ENTERPRISE } },
  { path: "/outbox", component: () => import("./pages/OutboxPage.vue"), meta: { roles: [...OFFICER, ...ENTERPRISE] } },
  { path: "/phone", component: () => import("./pages/PhonePage.vue") },
  { path: "/:rest(.*)*", component: () => import("./pages/NowherePage.vue") },
];

export const router = createRouter({
  history: createWebHistory("/inspector/"),
  routes: [{ path: "/", redirect: "/today" }, ...PAGES],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
});

/** Whose app it is: the roles for which there are pages. */
export const ROLES = PAGES.flatMap(({ meta }) => (meta?.home ? (meta.roles as string[]) : []));

/** Where people of these roles begin; the phone's own page where the app has no pages for them. */
export function homeOf(roles: string[]): string {
  return PAGES.find(({ meta }) => meta?.home && (meta.roles as string[]).some((role) => roles.includes(role)))?.path ?? "/phone";
}

const isFor = ({ roles }: RouteMeta, held: string[]): boolean => !roles || (roles as string[]).some((role) => held.includes(role));

/** Whether the page of an address is for people of these roles. */
export const mayOpen = (path: string, roles: string[]): boolean => isFor(router.resolve(path).meta, roles);

router.beforeEach(async (to) => {
  if (to.meta.open) return true;
  const device = await owner();
  if (!device) return { path: "/enter" };
  return isFor(to.meta, device.roles) ? true : { path: homeOf(device.roles) };
});
