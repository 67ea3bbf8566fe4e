// The addresses of the console. Whatever a page shows is in its address, so that it can be sent to somebody.
import { createRouter, createWebHistory, type RouteRecordRaw } from "vue-router";
import { person, resume } from "../shared/session";
import { menu } from "./menu";

/** Every page with its address, relative to `/console`. */
export const PAGES: RouteRecordRaw[] = [
  { path: "/enter", component: () => import("./pages/EnterPage.vue"), meta: { open: true } },
  { path: "/today", component: () => import("./pages/TodayPage.vue") },
  { path: "/enterprises", component: () => import("./pages/EnterpriseList.vue") },
  { path: "/enterprises/:id", component: () => import("./pages/EnterprisePage.vue"), props: true },
  { path: "/campaigns", component: () => import("./pages/CampaignList.vue") },
  { path: "/campaigns/:id", component: () => import("./pages/CampaignPage.vue"), props: true },
  { path: "/plans/:id", component: () => import("./pages/PlanPage.vue"), props: true },
  { path: "/draws", component: () => import("./pages/DrawsPage.vue") },
  { path: "/draws/:id", component: () => import("./pages/DrawPage.vue"), props: true },
  { path: "/tasks", component: () => import("./pages/TaskList.vue") },
  { path: "/tasks/:id", component: () => import("./pages/TaskPage.vue"), props: true },
  { path: "/measures", component: () => import("./pages/MeasureList.vue") },
  { path: "/measures/:id", component: () => import("./pages/MeasurePage.vue"), props: true },
  { path: "/inspections", component: () => import("./pages/InspectionList.vue") },
  { path: "/inspections/:id", component: () => import("./pages/InspectionPage.vue"), props: true },
  { path: "/hazards", component: () => import("./pages/HazardList.vue") },
  { path: "/hazards/:id", component: () => import("./pages/HazardPage.vue"), props: true },
  { path: "/orders/:id", component: () => import("./pages/OrderPage.vue"), props: true },
  { path: "/documents", component: () => import("./pages/DocumentList.vue") },
  { path: "/documents/:service(inspection|penalty)/:id", component: () => import("./pages/DocumentPage.vue"), props: true },
  { path: "/catalogue", component: () => import("./pages/CatalogueList.vue") },
  { path: "/catalogue/:kind/:name/:version", component: () => import("./pages/CataloguePage.vue"), props: true },
  { path: "/catalogue/:kind(catalogues|rulebooks)/:name/:version/draft", component: () => import("./pages/DraftPage.vue"), props: true },
  { path: "/cases", component: () => import("./pages/CaseList.vue") },
  { path: "/cases/:id", component: () => import("./pages/CasePage.vue"), props: true },
  { path: "/audit", component: () => import("./pages/AuditPage.vue") },
  { path: "/audit/:kind(cases|enterprises|officers|documents)/:id", component: () => import("./pages/HistoryPage.vue"), props: true },
  { path: "/training", component: () => import("./pages/TrainingPage.vue") },
  { path: "/operator", component: () => import("./pages/OperatorPage.vue") },
  { path: "/dashboards", component: () => import("./pages/DashboardsPage.vue") },
  { path: "/dashboards/rows/:name", component: () => import("./pages/DashboardRows.vue"), props: true },
  { path: "/bulletins", component: () => import("./pages/BulletinsPage.vue") },
  { path: "/bulletins/:kind/:of/rows", component: () => import("./pages/BulletinRows.vue"), props: true },
  { path: "/:rest(.*)*", component: () => import("./pages/NowherePage.vue") },
];

/** The addresses that have a page, so that the menu offers no other. */
export const HAVING = new Set(PAGES.map(({ path }) => path));

export const router = createRouter({ history: createWebHistory("/console/"), routes: [{ path: "/", component: () => import("./pages/NowherePage.vue") }, ...PAGES] });

function first(): string {
  return menu(HAVING)[0]?.path ?? "/enter";
}

router.beforeEach(async (to) => {
  if (to.meta.open) return true;
  const here = person.value !== null || (await resume().catch(() => false));
  if (!here) return { path: "/enter", query: to.path === "/" ? {} : { to: to.fullPath } };
  return to.path === "/" ? first() : true;
});
