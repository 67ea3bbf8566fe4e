// What the roles are called. Who may do what, the services decide; this only names.
import { t } from "./language";

const NAMES: Record<string, [string, string]> = {
  officer: ["执法人员", "officer"], expert: ["专家", "expert"], manager: ["负责人", "manager"], approver: ["审批人", "approver"],
  "legal-reviewer": ["法制审核", "legal reviewer"], finance: ["财务", "finance"], enterprise: ["企业", "enterprise"],
  auditor: ["审计", "auditor"], administrator: ["管理员", "administrator"], operator: ["运维", "operator"],
  "public-reader": ["公示", "public reader"],
};

/** A role in the chosen language; its code where it has no name. */
export function roleName(role: string): string {
  const [zh, en] = NAMES[role] ?? [role, role];
  return t(zh, en);
}
