-- 0002_the_documented_tables, down, for postgres. Made by `migrate new`; it may be edited until it is applied.
--
-- Edited: what the older tables have no place for is parked in tables `ennead_parked_…`, which belong to no schema, so that the
-- way up brings it back. And what the way up parked comes back here.

CREATE TABLE "ennead_parked_plans" AS SELECT * FROM "plans";

CREATE TABLE "ennead_parked_projects" AS SELECT * FROM "projects";

CREATE TABLE "ennead_parked_subscriptions" AS SELECT * FROM "subscriptions";

CREATE TABLE "ennead_parked_usage_records" AS SELECT * FROM "usage_records";

CREATE TABLE "ennead_parked_blueprints" AS
SELECT "id", "pricing_model", "price", "publisher_id", "is_public", "downloads", "rating", "reviews_count" FROM "blueprints";

-- Events since then get their number as their text.
INSERT INTO "ennead_parked_audit_logs" ("text_id", "id")
SELECT CAST(a."id" AS text), a."id"
FROM "audit_logs" AS a
WHERE a."id" NOT IN (SELECT p."id" FROM "ennead_parked_audit_logs" AS p);

UPDATE "ennead_parked_audit_logs" SET "ip_address" = (
    SELECT a."ip_address" FROM "audit_logs" AS a WHERE a."id" = "ennead_parked_audit_logs"."id"
);

-- is incompatible: programs that know a column by its earlier name fail
ALTER TABLE "agents" RENAME COLUMN "created_by" TO "user_id";

-- is incompatible: programs that know a column by its earlier name fail
ALTER TABLE "audit_logs" RENAME COLUMN "details" TO "metadata";

-- is incompatible: programs that know a column by its earlier name fail
ALTER TABLE "executions" RENAME COLUMN "execution_type" TO "type";

-- is incompatible: programs that know a column by its earlier name fail
ALTER TABLE "executions" RENAME COLUMN "resource_id" TO "entity_id";

-- is incompatible: programs that know a column by its earlier name fail
ALTER TABLE "executions" RENAME COLUMN "output_data" TO "result";

ALTER TABLE "agents" RENAME CONSTRAINT "fk_agents_tenant_id_created_by" TO "fk_agents_tenant_id_user_id";

ALTER INDEX "ix_agents_tenant_id_created_by" RENAME TO "ix_agents_tenant_id_user_id";

ALTER TABLE "blueprints" DROP CONSTRAINT "fk_blueprints_publisher_id";

ALTER TABLE "blueprints" DROP CONSTRAINT "ck_blueprints_pricing_model_type";

ALTER TABLE "executions" DROP CONSTRAINT "ck_executions_execution_type_type";

DROP INDEX "ix_blueprints_publisher_id";

-- is incompatible: how far audit_logs.id counted is forgotten
ALTER TABLE "audit_logs" ALTER COLUMN "id" DROP IDENTITY;

-- deletes data: all values of audit_logs.ip_address are gone
ALTER TABLE "audit_logs" DROP COLUMN "ip_address";

-- deletes data: all values of blueprints.pricing_model are gone
ALTER TABLE "blueprints" DROP COLUMN "pricing_model";

-- deletes data: all values of blueprints.price are gone
ALTER TABLE "blueprints" DROP COLUMN "price";

-- deletes data: all values of blueprints.publisher_id are gone
ALTER TABLE "blueprints" DROP COLUMN "publisher_id";

-- deletes data: all values of blueprints.is_public are gone
ALTER TABLE "blueprints" DROP COLUMN "is_public";

-- deletes data: all values of blueprints.downloads are gone
ALTER TABLE "blueprints" DROP COLUMN "downloads";

-- deletes data: all values of blueprints.rating are gone
ALTER TABLE "blueprints" DROP COLUMN "rating";

-- deletes data: all values of blueprints.reviews_count are gone
ALTER TABLE "blueprints" DROP COLUMN "reviews_count";

-- deletes data: all rows of projects are gone
DROP TABLE "projects";

-- deletes data: all rows of usage_records are gone
DROP TABLE "usage_records";

-- deletes data: all rows of subscriptions are gone
DROP TABLE "subscriptions";

-- deletes data: all rows of plans are gone
DROP TABLE "plans";

-- locks: all of audit_logs is written anew
-- is incompatible: programs that take audit_logs.id for bigint fail
ALTER TABLE "audit_logs" ALTER COLUMN "id" TYPE text COLLATE "C";

UPDATE "audit_logs" SET "id" = (
    SELECT p."text_id" FROM "ennead_parked_audit_logs" AS p WHERE CAST(p."id" AS text) = "audit_logs"."id"
);

ALTER TABLE "workflows" ADD COLUMN "description" text COLLATE "C";

UPDATE "workflows" SET "description" = (
    SELECT p."description" FROM "ennead_parked_workflows" AS p WHERE p."id" = "workflows"."id"
);

DROP TABLE "ennead_parked_workflows";

-- depends on the data: each row of executions must keep ck_executions_type_type
ALTER TABLE "executions" ADD CONSTRAINT "ck_executions_type_type" CHECK ("type" IN ('agent', 'workflow'));

COMMENT ON TABLE "audit_logs" IS 'Security and compliance audit trail.';

COMMENT ON TABLE "blueprints" IS 'Reusable agent/workflow templates (marketplace items).';

COMMENT ON COLUMN "workflows"."description" IS 'What it is for';
