-- 0001_the_older_tables, down, for sqlite. Made by `migrate new`; it may be edited until it is applied.

-- ennead:no-transaction
PRAGMA foreign_keys = OFF;

-- deletes data: all rows of agents are gone
DROP TABLE "agents";

-- deletes data: all rows of api_keys are gone
DROP TABLE "api_keys";

-- deletes data: all rows of audit_logs are gone
DROP TABLE "audit_logs";

-- deletes data: all rows of blueprints are gone
DROP TABLE "blueprints";

-- deletes data: all rows of executions are gone
DROP TABLE "executions";

-- deletes data: all rows of tenants are gone
DROP TABLE "tenants";

-- deletes data: all rows of users are gone
DROP TABLE "users";

-- deletes data: all rows of workflows are gone
DROP TABLE "workflows";

-- ennead:nothing
PRAGMA foreign_key_check;

-- ennead:no-transaction
PRAGMA foreign_keys = ON;
