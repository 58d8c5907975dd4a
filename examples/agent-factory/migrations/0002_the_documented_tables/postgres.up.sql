-- 0002_the_documented_tables, up, for postgres. Made by `migrate new`; it may be edited until it is applied.
--
-- Edited: what the new tables have no place for is parked in tables `ennead_parked_…`, which belong to no schema, so that the way
-- down brings it back. And what an earlier way down parked comes back here, less what refers to rows that have gone since.

CREATE TABLE "ennead_parked_workflows" AS SELECT "id", "description" FROM "workflows";

-- Each text id of an audit log has a number, given in the order of the events, and keeps it for good.
CREATE TABLE IF NOT EXISTS "ennead_parked_audit_logs" (
    "text_id" text COLLATE "C" NOT NULL PRIMARY KEY,
    "id" bigint NOT NULL UNIQUE,
    "ip_address" text COLLATE "C"
);

INSERT INTO "ennead_parked_audit_logs" ("text_id", "id")
SELECT
    a."id",
    (SELECT coalesce(max(p."id"), 0) FROM "ennead_parked_audit_logs" AS p)
        + row_number() OVER (ORDER BY a."created_at", a."id")
FROM "audit_logs" AS a
WHERE a."id" NOT IN (SELECT p."text_id" FROM "ennead_parked_audit_logs" AS p);

-- is incompatible: programs that know a column by its earlier name fail
-- ennead:allow rename-column the programs are stopped while it runs
ALTER TABLE "agents" RENAME COLUMN "user_id" TO "created_by";

-- is incompatible: programs that know a column by its earlier name fail
-- ennead:allow rename-column the programs are stopped while it runs
ALTER TABLE "audit_logs" RENAME COLUMN "metadata" TO "details";

-- is incompatible: programs that know a column by its earlier name fail
-- ennead:allow rename-column the programs are stopped while it runs
ALTER TABLE "executions" RENAME COLUMN "type" TO "execution_type";

-- is incompatible: programs that know a column by its earlier name fail
-- ennead:allow rename-column the programs are stopped while it runs
ALTER TABLE "executions" RENAME COLUMN "entity_id" TO "resource_id";

-- is incompatible: programs that know a column by its earlier name fail
-- ennead:allow rename-column the programs are stopped while it runs
ALTER TABLE "executions" RENAME COLUMN "result" TO "output_data";

ALTER TABLE "agents" RENAME CONSTRAINT "fk_agents_tenant_id_user_id" TO "fk_agents_tenant_id_created_by";

ALTER INDEX "ix_agents_tenant_id_user_id" RENAME TO "ix_agents_tenant_id_created_by";

ALTER TABLE "executions" DROP CONSTRAINT "ck_executions_type_type";

-- Parked above.
-- ennead:allow drop-column its values are parked, and the way down brings them back
ALTER TABLE "workflows" DROP COLUMN "description";

CREATE TABLE "plans" (
    "id" text COLLATE "C" NOT NULL,
    "name" text COLLATE "C" NOT NULL,
    "plan_type" text COLLATE "C" NOT NULL,
    "price_monthly" double precision NOT NULL,
    "price_yearly" double precision NOT NULL,
    "currency" text COLLATE "C" NOT NULL DEFAULT 'USD',
    "features" jsonb NOT NULL,
    "limits" jsonb NOT NULL,
    "is_active" boolean NOT NULL DEFAULT true,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    CONSTRAINT "pk_plans" PRIMARY KEY ("id"),
    CONSTRAINT "ck_plans_plan_type_type" CHECK ("plan_type" IN ('free', 'pro', 'enterprise'))
);

CREATE TABLE "projects" (
    "id" text COLLATE "C" NOT NULL,
    "name" text COLLATE "C" NOT NULL,
    "project_type" text COLLATE "C" NOT NULL,
    "tenant_id" text COLLATE "C" NOT NULL,
    "created_by" text COLLATE "C" NOT NULL,
    "config" jsonb NOT NULL,
    "is_active" boolean NOT NULL DEFAULT true,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    CONSTRAINT "pk_projects" PRIMARY KEY ("id")
);

CREATE TABLE "subscriptions" (
    "id" text COLLATE "C" NOT NULL,
    "tenant_id" text COLLATE "C" NOT NULL,
    "plan_id" text COLLATE "C" NOT NULL,
    "status" text COLLATE "C" NOT NULL DEFAULT 'active',
    "billing_cycle" text COLLATE "C" NOT NULL,
    "current_period_start" timestamptz NOT NULL,
    "current_period_end" timestamptz NOT NULL,
    "stripe_subscription_id" text COLLATE "C",
    "stripe_customer_id" text COLLATE "C",
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    CONSTRAINT "pk_subscriptions" PRIMARY KEY ("id"),
    CONSTRAINT "uq_subscriptions_tenant_id_id" UNIQUE ("tenant_id", "id"),
    CONSTRAINT "ck_subscriptions_status_type" CHECK ("status" IN ('active', 'cancelled', 'expired')),
    CONSTRAINT "ck_subscriptions_billing_cycle_type" CHECK ("billing_cycle" IN ('monthly', 'yearly'))
);

CREATE TABLE "usage_records" (
    "id" text COLLATE "C" NOT NULL,
    "tenant_id" text COLLATE "C" NOT NULL,
    "subscription_id" text COLLATE "C" NOT NULL,
    "billing_unit" text COLLATE "C" NOT NULL,
    "quantity" double precision NOT NULL,
    "unit_price" double precision NOT NULL,
    "total_cost" double precision NOT NULL,
    "currency" text COLLATE "C" NOT NULL DEFAULT 'USD',
    "period_start" timestamptz NOT NULL,
    "period_end" timestamptz NOT NULL,
    "created_at" timestamptz NOT NULL,
    CONSTRAINT "pk_usage_records" PRIMARY KEY ("id")
);

-- ennead:allow long-lock the programs are stopped while it runs
-- ennead:allow update-rows the programs are stopped while it runs
UPDATE "audit_logs" SET "id" = (
    SELECT CAST(p."id" AS text) FROM "ennead_parked_audit_logs" AS p WHERE p."text_id" = "audit_logs"."id"
);

-- locks: all of audit_logs is written anew
-- is incompatible: programs that take audit_logs.id for text fail
-- ennead:allow table-rewrite the programs are stopped while it runs
-- ennead:allow convert-values each id is a number by now
-- ennead:allow change-type the programs are stopped while it runs
ALTER TABLE "audit_logs" ALTER COLUMN "id" TYPE bigint USING "id"::bigint;

ALTER TABLE "audit_logs" ADD COLUMN "ip_address" text COLLATE "C";

-- ennead:allow long-lock the programs are stopped while it runs
-- ennead:allow update-rows the programs are stopped while it runs
UPDATE "audit_logs" SET "ip_address" = (
    SELECT p."ip_address" FROM "ennead_parked_audit_logs" AS p WHERE p."id" = "audit_logs"."id"
);

ALTER TABLE "blueprints" ADD COLUMN "pricing_model" text COLLATE "C" NOT NULL DEFAULT 'free';

ALTER TABLE "blueprints" ADD COLUMN "price" double precision NOT NULL DEFAULT 0.0;

-- Nobody wrote down who published them, so it is the first superuser; where there is none, the migration fails.
ALTER TABLE "blueprints" ADD COLUMN "publisher_id" text COLLATE "C";

-- ennead:allow long-lock the programs are stopped while it runs
-- ennead:allow update-rows the programs are stopped while it runs
UPDATE "blueprints" SET "publisher_id" = (SELECT id FROM users WHERE is_superuser ORDER BY created_at, id LIMIT 1);

-- ennead:allow not-null-locks the programs are stopped while it runs
ALTER TABLE "blueprints" ALTER COLUMN "publisher_id" SET NOT NULL;

ALTER TABLE "blueprints" ADD COLUMN "is_public" boolean NOT NULL DEFAULT false;

ALTER TABLE "blueprints" ADD COLUMN "downloads" integer NOT NULL DEFAULT 0;

ALTER TABLE "blueprints" ADD COLUMN "rating" double precision NOT NULL DEFAULT 0.0;

ALTER TABLE "blueprints" ADD COLUMN "reviews_count" integer NOT NULL DEFAULT 0;

CREATE TABLE IF NOT EXISTS "ennead_parked_blueprints" AS
SELECT "id", "pricing_model", "price", "publisher_id", "is_public", "downloads", "rating", "reviews_count" FROM "blueprints" WHERE false;

-- ennead:allow long-lock the programs are stopped while it runs
-- ennead:allow update-rows the programs are stopped while it runs
UPDATE "blueprints" SET ("pricing_model", "price", "publisher_id", "is_public", "downloads", "rating", "reviews_count") = (
    SELECT "pricing_model", "price", "publisher_id", "is_public", "downloads", "rating", "reviews_count" FROM "ennead_parked_blueprints" AS p WHERE p."id" = "blueprints"."id"
)
WHERE "id" IN (
    SELECT p."id" FROM "ennead_parked_blueprints" AS p WHERE p."publisher_id" IN (SELECT u."id" FROM "users" AS u)
);

DROP TABLE "ennead_parked_blueprints";

-- depends on the data: each row of blueprints must keep ck_blueprints_pricing_model_type
-- ennead:allow constraint-locks the programs are stopped while it runs
ALTER TABLE "blueprints" ADD CONSTRAINT "ck_blueprints_pricing_model_type" CHECK ("pricing_model" IN ('free', 'one-time', 'subscription'));

-- depends on the data: each row of executions must keep ck_executions_execution_type_type
-- ennead:allow constraint-locks the programs are stopped while it runs
-- ennead:allow new-check the older check held the same under the older name
ALTER TABLE "executions" ADD CONSTRAINT "ck_executions_execution_type_type" CHECK ("execution_type" IN ('agent', 'workflow'));

-- ennead:allow index-locks the programs are stopped while it runs
CREATE INDEX "ix_blueprints_publisher_id" ON "blueprints" ("publisher_id");

CREATE INDEX "ix_projects_tenant_id" ON "projects" ("tenant_id");

CREATE INDEX "ix_projects_tenant_id_created_by" ON "projects" ("tenant_id", "created_by");

CREATE INDEX "ix_subscriptions_tenant_id" ON "subscriptions" ("tenant_id");

CREATE INDEX "ix_subscriptions_tenant_id_plan_id" ON "subscriptions" ("tenant_id", "plan_id");

CREATE INDEX "ix_usage_records_tenant_id" ON "usage_records" ("tenant_id");

CREATE INDEX "ix_usage_records_tenant_id_subscription_id" ON "usage_records" ("tenant_id", "subscription_id");

ALTER TABLE "audit_logs" ALTER COLUMN "id" ADD GENERATED BY DEFAULT AS IDENTITY;

SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence('"audit_logs"', 'id'), greatest(coalesce(max("id") + 1, 1), 1), false) FROM "ennead_parked_audit_logs";

-- depends on the data: each row of blueprints must keep fk_blueprints_publisher_id
-- ennead:allow constraint-locks the programs are stopped while it runs
-- ennead:allow new-foreign-key the publisher is a user, or the migration fails and nothing is done
ALTER TABLE "blueprints" ADD CONSTRAINT "fk_blueprints_publisher_id" FOREIGN KEY ("publisher_id") REFERENCES "users" ("id");

ALTER TABLE "projects" ADD CONSTRAINT "fk_projects_tenant_id" FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id");

ALTER TABLE "projects" ADD CONSTRAINT "fk_projects_tenant_id_created_by" FOREIGN KEY ("tenant_id", "created_by") REFERENCES "users" ("tenant_id", "id");

ALTER TABLE "subscriptions" ADD CONSTRAINT "fk_subscriptions_tenant_id" FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id");

ALTER TABLE "subscriptions" ADD CONSTRAINT "fk_subscriptions_plan_id" FOREIGN KEY ("plan_id") REFERENCES "plans" ("id");

ALTER TABLE "usage_records" ADD CONSTRAINT "fk_usage_records_tenant_id" FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id");

ALTER TABLE "usage_records" ADD CONSTRAINT "fk_usage_records_tenant_id_subscription_id" FOREIGN KEY ("tenant_id", "subscription_id") REFERENCES "subscriptions" ("tenant_id", "id");

COMMENT ON TABLE "audit_logs" IS 'Security and compliance audit trail.

An event belongs to the tenant of its user.';

COMMENT ON COLUMN "audit_logs"."ip_address" IS 'Client IP address';

COMMENT ON TABLE "blueprints" IS 'Reusable agent/workflow templates (marketplace items).

They have no tenant of their own: they belong to their publisher''s.';

COMMENT ON COLUMN "blueprints"."pricing_model" IS 'What it costs, and how often';

COMMENT ON COLUMN "blueprints"."price" IS 'Price amount';

COMMENT ON COLUMN "blueprints"."publisher_id" IS 'Publisher user';

COMMENT ON COLUMN "blueprints"."is_public" IS 'Public visibility';

COMMENT ON COLUMN "blueprints"."downloads" IS 'Download count';

COMMENT ON COLUMN "blueprints"."rating" IS 'Average rating';

COMMENT ON COLUMN "blueprints"."reviews_count" IS 'Number of reviews';

COMMENT ON TABLE "plans" IS 'Billing plan definitions.';

COMMENT ON COLUMN "plans"."id" IS 'Unique plan identifier';

COMMENT ON COLUMN "plans"."name" IS 'Plan display name';

COMMENT ON COLUMN "plans"."plan_type" IS 'Which of the tiers it is';

COMMENT ON COLUMN "plans"."price_monthly" IS 'Monthly price';

COMMENT ON COLUMN "plans"."price_yearly" IS 'Yearly price';

COMMENT ON COLUMN "plans"."currency" IS 'Currency code';

COMMENT ON COLUMN "plans"."features" IS 'Feature flags';

COMMENT ON COLUMN "plans"."limits" IS 'Resource limits';

COMMENT ON COLUMN "plans"."is_active" IS 'Active status';

COMMENT ON COLUMN "plans"."created_at" IS 'Creation timestamp';

COMMENT ON COLUMN "plans"."updated_at" IS 'Last update timestamp';

COMMENT ON TABLE "projects" IS 'Project/App containers for organizing resources.';

COMMENT ON COLUMN "projects"."id" IS 'Unique project identifier';

COMMENT ON COLUMN "projects"."name" IS 'Project display name';

COMMENT ON COLUMN "projects"."project_type" IS '`saas_app`, `blueprint_deployment`; the list is open';

COMMENT ON COLUMN "projects"."tenant_id" IS 'Owner tenant';

COMMENT ON COLUMN "projects"."created_by" IS 'Creator user';

COMMENT ON COLUMN "projects"."config" IS 'Project configuration';

COMMENT ON COLUMN "projects"."is_active" IS 'Active status';

COMMENT ON COLUMN "projects"."created_at" IS 'Creation timestamp';

COMMENT ON COLUMN "projects"."updated_at" IS 'Last update timestamp';

COMMENT ON TABLE "subscriptions" IS 'Tenant subscription records.';

COMMENT ON COLUMN "subscriptions"."id" IS 'Unique subscription identifier';

COMMENT ON COLUMN "subscriptions"."tenant_id" IS 'Subscriber tenant';

COMMENT ON COLUMN "subscriptions"."plan_id" IS 'Subscribed plan';

COMMENT ON COLUMN "subscriptions"."status" IS 'Whether it runs';

COMMENT ON COLUMN "subscriptions"."billing_cycle" IS 'How often it is billed';

COMMENT ON COLUMN "subscriptions"."current_period_start" IS 'Current billing period start';

COMMENT ON COLUMN "subscriptions"."current_period_end" IS 'Current billing period end';

COMMENT ON COLUMN "subscriptions"."stripe_subscription_id" IS 'Stripe subscription ID';

COMMENT ON COLUMN "subscriptions"."stripe_customer_id" IS 'Stripe customer ID';

COMMENT ON COLUMN "subscriptions"."created_at" IS 'Creation timestamp';

COMMENT ON COLUMN "subscriptions"."updated_at" IS 'Last update timestamp';

COMMENT ON TABLE "usage_records" IS 'Usage tracking for billing and analytics.';

COMMENT ON COLUMN "usage_records"."id" IS 'Unique record identifier';

COMMENT ON COLUMN "usage_records"."tenant_id" IS 'Tenant';

COMMENT ON COLUMN "usage_records"."subscription_id" IS 'Associated subscription';

COMMENT ON COLUMN "usage_records"."billing_unit" IS '`agent_run`, `workflow_run`, `token`; the list is open';

COMMENT ON COLUMN "usage_records"."quantity" IS 'Usage quantity';

COMMENT ON COLUMN "usage_records"."unit_price" IS 'Price per unit';

COMMENT ON COLUMN "usage_records"."total_cost" IS 'Total cost';

COMMENT ON COLUMN "usage_records"."currency" IS 'Currency code';

COMMENT ON COLUMN "usage_records"."period_start" IS 'Billing period start';

COMMENT ON COLUMN "usage_records"."period_end" IS 'Billing period end';

COMMENT ON COLUMN "usage_records"."created_at" IS 'Creation timestamp';

CREATE TABLE IF NOT EXISTS "ennead_parked_plans" AS SELECT * FROM "plans" WHERE false;

INSERT INTO "plans" SELECT * FROM "ennead_parked_plans";

DROP TABLE "ennead_parked_plans";

CREATE TABLE IF NOT EXISTS "ennead_parked_projects" AS SELECT * FROM "projects" WHERE false;

INSERT INTO "projects" SELECT * FROM "ennead_parked_projects"
WHERE ("tenant_id", "created_by") IN (SELECT "tenant_id", "id" FROM "users");

DROP TABLE "ennead_parked_projects";

CREATE TABLE IF NOT EXISTS "ennead_parked_subscriptions" AS SELECT * FROM "subscriptions" WHERE false;

INSERT INTO "subscriptions" SELECT * FROM "ennead_parked_subscriptions"
WHERE "tenant_id" IN (SELECT "id" FROM "tenants");

DROP TABLE "ennead_parked_subscriptions";

CREATE TABLE IF NOT EXISTS "ennead_parked_usage_records" AS SELECT * FROM "usage_records" WHERE false;

INSERT INTO "usage_records" SELECT * FROM "ennead_parked_usage_records"
WHERE ("tenant_id", "subscription_id") IN (SELECT "tenant_id", "id" FROM "subscriptions");

DROP TABLE "ennead_parked_usage_records";
