-- 0001_initial, down, for postgres. Made by `migrate new`; it may be edited until it is applied.

ALTER TABLE "sso_configuration" DROP CONSTRAINT "fk_sso_configuration_organization_id";

ALTER TABLE "users" DROP CONSTRAINT "fk_users_organization_id";

-- deletes data: all rows of agent_version are gone
DROP TABLE "agent_version";

-- deletes data: all rows of api_key are gone
DROP TABLE "api_key";

-- deletes data: all rows of approval_request are gone
DROP TABLE "approval_request";

-- deletes data: all rows of audit_log are gone
DROP TABLE "audit_log";

-- deletes data: all rows of compliance_report are gone
DROP TABLE "compliance_report";

-- deletes data: all rows of connector_permission are gone
DROP TABLE "connector_permission";

-- deletes data: all rows of connector are gone
DROP TABLE "connector";

-- deletes data: all rows of ennead_outbox are gone
DROP TABLE "ennead_outbox";

-- deletes data: all rows of execution_step are gone
DROP TABLE "execution_step";

-- deletes data: all rows of execution are gone
DROP TABLE "execution";

-- deletes data: all rows of gateway_deployment are gone
DROP TABLE "gateway_deployment";

-- deletes data: all rows of agent are gone
DROP TABLE "agent";

-- deletes data: all rows of notification are gone
DROP TABLE "notification";

-- deletes data: all rows of orchestration are gone
DROP TABLE "orchestration";

-- deletes data: all rows of policy_assignment are gone
DROP TABLE "policy_assignment";

-- deletes data: all rows of policy are gone
DROP TABLE "policy";

-- deletes data: all rows of subscription are gone
DROP TABLE "subscription";

-- deletes data: all rows of team_membership are gone
DROP TABLE "team_membership";

-- deletes data: all rows of team are gone
DROP TABLE "team";

-- deletes data: all rows of usage_record are gone
DROP TABLE "usage_record";

-- deletes data: all rows of webhook_endpoint are gone
DROP TABLE "webhook_endpoint";

-- deletes data: all rows of workspace are gone
DROP TABLE "workspace";

-- deletes data: all rows of gateway are gone
DROP TABLE "gateway";

-- deletes data: all rows of organization are gone
DROP TABLE "organization";

-- deletes data: all rows of users are gone
DROP TABLE "users";

-- deletes data: all rows of sso_configuration are gone
DROP TABLE "sso_configuration";
