-- 0001_the_older_tables, up, for postgres. Made by `migrate new`; it may be edited until it is applied.

CREATE TABLE "agents" (
    "id" text COLLATE "C" NOT NULL,
    "name" text COLLATE "C" NOT NULL,
    "instructions" text COLLATE "C" NOT NULL,
    "model" text COLLATE "C" NOT NULL,
    "tenant_id" text COLLATE "C" NOT NULL,
    "user_id" text COLLATE "C" NOT NULL,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    CONSTRAINT "pk_agents" PRIMARY KEY ("id")
);

CREATE TABLE "api_keys" (
    "id" text COLLATE "C" NOT NULL,
    "key_hash" text COLLATE "C" NOT NULL,
    "name" text COLLATE "C" NOT NULL,
    "tenant_id" text COLLATE "C" NOT NULL,
    "user_id" text COLLATE "C" NOT NULL,
    "permissions" jsonb NOT NULL,
    "last_used_at" timestamptz,
    "expires_at" timestamptz,
    "is_active" boolean NOT NULL DEFAULT true,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    CONSTRAINT "pk_api_keys" PRIMARY KEY ("id"),
    CONSTRAINT "ix_api_keys_key_hash" UNIQUE ("key_hash")
);

CREATE TABLE "audit_logs" (
    "id" text COLLATE "C" NOT NULL,
    "event_type" text COLLATE "C" NOT NULL,
    "user_id" text COLLATE "C" NOT NULL,
    "resource_type" text COLLATE "C" NOT NULL,
    "resource_id" text COLLATE "C" NOT NULL,
    "action" text COLLATE "C" NOT NULL,
    "success" boolean NOT NULL,
    "metadata" jsonb NOT NULL,
    "created_at" timestamptz NOT NULL,
    CONSTRAINT "pk_audit_logs" PRIMARY KEY ("id")
);

CREATE TABLE "blueprints" (
    "id" text COLLATE "C" NOT NULL,
    "name" text COLLATE "C" NOT NULL,
    "description" text COLLATE "C" NOT NULL,
    "version" text COLLATE "C" NOT NULL,
    "definition" jsonb NOT NULL,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    CONSTRAINT "pk_blueprints" PRIMARY KEY ("id")
);

CREATE TABLE "executions" (
    "id" text COLLATE "C" NOT NULL,
    "type" text COLLATE "C" NOT NULL,
    "entity_id" text COLLATE "C" NOT NULL,
    "status" text COLLATE "C" NOT NULL DEFAULT 'pending',
    "input_data" jsonb NOT NULL,
    "result" jsonb,
    "error" text COLLATE "C",
    "execution_time" double precision,
    "tenant_id" text COLLATE "C" NOT NULL,
    "created_by" text COLLATE "C" NOT NULL,
    "created_at" timestamptz NOT NULL,
    "completed_at" timestamptz,
    CONSTRAINT "pk_executions" PRIMARY KEY ("id"),
    CONSTRAINT "ck_executions_type_type" CHECK ("type" IN ('agent', 'workflow')),
    CONSTRAINT "ck_executions_status_type" CHECK ("status" IN ('pending', 'running', 'completed', 'failed'))
);

CREATE TABLE "tenants" (
    "id" text COLLATE "C" NOT NULL,
    "name" text COLLATE "C" NOT NULL,
    "slug" text COLLATE "C" NOT NULL,
    "is_active" boolean NOT NULL DEFAULT true,
    "plan" text COLLATE "C" NOT NULL DEFAULT 'free',
    "resource_quota" jsonb NOT NULL,
    "usage" jsonb NOT NULL,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    CONSTRAINT "pk_tenants" PRIMARY KEY ("id"),
    CONSTRAINT "ix_tenants_slug" UNIQUE ("slug"),
    CONSTRAINT "ck_tenants_plan_type" CHECK ("plan" IN ('free', 'pro', 'enterprise'))
);

CREATE TABLE "users" (
    "id" text COLLATE "C" NOT NULL,
    "email" text COLLATE "C" NOT NULL,
    "hashed_password" text COLLATE "C" NOT NULL,
    "is_active" boolean NOT NULL DEFAULT true,
    "is_superuser" boolean NOT NULL DEFAULT false,
    "tenant_id" text COLLATE "C" NOT NULL,
    "roles" jsonb NOT NULL,
    "permissions" jsonb NOT NULL,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    CONSTRAINT "pk_users" PRIMARY KEY ("id"),
    CONSTRAINT "ix_users_email" UNIQUE ("email"),
    CONSTRAINT "uq_users_tenant_id_id" UNIQUE ("tenant_id", "id")
);

CREATE TABLE "workflows" (
    "id" text COLLATE "C" NOT NULL,
    "name" text COLLATE "C" NOT NULL,
    "description" text COLLATE "C",
    "definition" jsonb NOT NULL,
    "tenant_id" text COLLATE "C" NOT NULL,
    "created_by" text COLLATE "C" NOT NULL,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    CONSTRAINT "pk_workflows" PRIMARY KEY ("id")
);

CREATE INDEX "ix_agents_tenant_id" ON "agents" ("tenant_id");

CREATE INDEX "ix_agents_tenant_id_user_id" ON "agents" ("tenant_id", "user_id");

CREATE INDEX "ix_api_keys_tenant_id" ON "api_keys" ("tenant_id");

CREATE INDEX "ix_api_keys_tenant_id_user_id" ON "api_keys" ("tenant_id", "user_id");

CREATE INDEX "ix_audit_logs_created_at" ON "audit_logs" ("created_at");

CREATE INDEX "ix_audit_logs_user_id" ON "audit_logs" ("user_id");

CREATE INDEX "ix_executions_tenant_id" ON "executions" ("tenant_id");

CREATE INDEX "ix_executions_tenant_id_created_by" ON "executions" ("tenant_id", "created_by");

CREATE INDEX "ix_users_tenant_id" ON "users" ("tenant_id");

CREATE INDEX "ix_workflows_tenant_id" ON "workflows" ("tenant_id");

CREATE INDEX "ix_workflows_tenant_id_created_by" ON "workflows" ("tenant_id", "created_by");

ALTER TABLE "agents" ADD CONSTRAINT "fk_agents_tenant_id" FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id");

ALTER TABLE "agents" ADD CONSTRAINT "fk_agents_tenant_id_user_id" FOREIGN KEY ("tenant_id", "user_id") REFERENCES "users" ("tenant_id", "id");

ALTER TABLE "api_keys" ADD CONSTRAINT "fk_api_keys_tenant_id" FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id");

ALTER TABLE "api_keys" ADD CONSTRAINT "fk_api_keys_tenant_id_user_id" FOREIGN KEY ("tenant_id", "user_id") REFERENCES "users" ("tenant_id", "id");

ALTER TABLE "audit_logs" ADD CONSTRAINT "fk_audit_logs_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id");

ALTER TABLE "executions" ADD CONSTRAINT "fk_executions_tenant_id" FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id");

ALTER TABLE "executions" ADD CONSTRAINT "fk_executions_tenant_id_created_by" FOREIGN KEY ("tenant_id", "created_by") REFERENCES "users" ("tenant_id", "id");

ALTER TABLE "users" ADD CONSTRAINT "fk_users_tenant_id" FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id");

ALTER TABLE "workflows" ADD CONSTRAINT "fk_workflows_tenant_id" FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id");

ALTER TABLE "workflows" ADD CONSTRAINT "fk_workflows_tenant_id_created_by" FOREIGN KEY ("tenant_id", "created_by") REFERENCES "users" ("tenant_id", "id");

COMMENT ON TABLE "agents" IS 'AI agent definitions.';

COMMENT ON COLUMN "agents"."id" IS 'Unique agent identifier';

COMMENT ON COLUMN "agents"."name" IS 'Agent display name';

COMMENT ON COLUMN "agents"."instructions" IS 'Agent system instructions';

COMMENT ON COLUMN "agents"."model" IS 'LLM model (e.g., "gpt-4o")';

COMMENT ON COLUMN "agents"."tenant_id" IS 'Owner tenant';

COMMENT ON COLUMN "agents"."user_id" IS 'Creator user';

COMMENT ON COLUMN "agents"."created_at" IS 'Creation timestamp';

COMMENT ON COLUMN "agents"."updated_at" IS 'Last update timestamp';

COMMENT ON TABLE "api_keys" IS 'API authentication keys for programmatic access.';

COMMENT ON COLUMN "api_keys"."id" IS 'Unique key identifier';

COMMENT ON COLUMN "api_keys"."key_hash" IS 'Hashed API key';

COMMENT ON COLUMN "api_keys"."name" IS 'Key display name';

COMMENT ON COLUMN "api_keys"."tenant_id" IS 'Owner tenant';

COMMENT ON COLUMN "api_keys"."user_id" IS 'Owner user';

COMMENT ON COLUMN "api_keys"."permissions" IS 'Permissions array';

COMMENT ON COLUMN "api_keys"."last_used_at" IS 'Last usage timestamp';

COMMENT ON COLUMN "api_keys"."expires_at" IS 'Expiration timestamp';

COMMENT ON COLUMN "api_keys"."is_active" IS 'Active status';

COMMENT ON COLUMN "api_keys"."created_at" IS 'Creation timestamp';

COMMENT ON COLUMN "api_keys"."updated_at" IS 'Last update timestamp';

COMMENT ON TABLE "audit_logs" IS 'Security and compliance audit trail.';

COMMENT ON COLUMN "audit_logs"."id" IS 'Unique log identifier';

COMMENT ON COLUMN "audit_logs"."event_type" IS 'Event type';

COMMENT ON COLUMN "audit_logs"."user_id" IS 'User who triggered event';

COMMENT ON COLUMN "audit_logs"."resource_type" IS 'Resource type (e.g., "agent")';

COMMENT ON COLUMN "audit_logs"."resource_id" IS 'Resource identifier';

COMMENT ON COLUMN "audit_logs"."action" IS 'Action performed';

COMMENT ON COLUMN "audit_logs"."success" IS 'Success status';

COMMENT ON COLUMN "audit_logs"."metadata" IS 'Additional event data';

COMMENT ON COLUMN "audit_logs"."created_at" IS 'Event timestamp';

COMMENT ON TABLE "blueprints" IS 'Reusable agent/workflow templates (marketplace items).';

COMMENT ON COLUMN "blueprints"."id" IS 'Unique blueprint identifier';

COMMENT ON COLUMN "blueprints"."name" IS 'Blueprint display name';

COMMENT ON COLUMN "blueprints"."description" IS 'Blueprint description';

COMMENT ON COLUMN "blueprints"."version" IS 'Version string';

COMMENT ON COLUMN "blueprints"."definition" IS 'Blueprint configuration';

COMMENT ON COLUMN "blueprints"."created_at" IS 'Creation timestamp';

COMMENT ON COLUMN "blueprints"."updated_at" IS 'Last update timestamp';

COMMENT ON TABLE "executions" IS 'Execution records for agents and workflows.';

COMMENT ON COLUMN "executions"."id" IS 'Unique execution identifier';

COMMENT ON COLUMN "executions"."type" IS 'What was executed';

COMMENT ON COLUMN "executions"."entity_id" IS 'ID of agent or workflow';

COMMENT ON COLUMN "executions"."status" IS 'How far it came';

COMMENT ON COLUMN "executions"."input_data" IS 'Input parameters';

COMMENT ON COLUMN "executions"."result" IS 'Output/result data';

COMMENT ON COLUMN "executions"."error" IS 'Error message (if failed)';

COMMENT ON COLUMN "executions"."execution_time" IS 'Duration in seconds';

COMMENT ON COLUMN "executions"."tenant_id" IS 'Owner tenant';

COMMENT ON COLUMN "executions"."created_by" IS 'Creator user';

COMMENT ON COLUMN "executions"."created_at" IS 'Creation timestamp';

COMMENT ON COLUMN "executions"."completed_at" IS 'Completion timestamp';

COMMENT ON TABLE "tenants" IS 'Multi-tenant organization container.';

COMMENT ON COLUMN "tenants"."id" IS 'Unique tenant identifier';

COMMENT ON COLUMN "tenants"."name" IS 'Tenant/organization name';

COMMENT ON COLUMN "tenants"."slug" IS 'URL-friendly identifier';

COMMENT ON COLUMN "tenants"."is_active" IS 'Active status';

COMMENT ON COLUMN "tenants"."plan" IS 'Current plan';

COMMENT ON COLUMN "tenants"."resource_quota" IS 'Resource limits (e.g., `{"agents": 10}`)';

COMMENT ON COLUMN "tenants"."usage" IS 'Current usage (e.g., `{"agents": 3}`)';

COMMENT ON COLUMN "tenants"."created_at" IS 'Creation timestamp';

COMMENT ON COLUMN "tenants"."updated_at" IS 'Last update timestamp';

COMMENT ON TABLE "users" IS 'User accounts within tenants.';

COMMENT ON COLUMN "users"."id" IS 'Unique user identifier';

COMMENT ON COLUMN "users"."email" IS 'User email address';

COMMENT ON COLUMN "users"."hashed_password" IS 'Bcrypt-hashed password';

COMMENT ON COLUMN "users"."is_active" IS 'Account active status';

COMMENT ON COLUMN "users"."is_superuser" IS 'Admin privileges';

COMMENT ON COLUMN "users"."tenant_id" IS 'Associated tenant';

COMMENT ON COLUMN "users"."roles" IS 'User roles array';

COMMENT ON COLUMN "users"."permissions" IS 'User permissions array';

COMMENT ON COLUMN "users"."created_at" IS 'Creation timestamp';

COMMENT ON COLUMN "users"."updated_at" IS 'Last update timestamp';

COMMENT ON TABLE "workflows" IS 'Workflow/orchestration definitions.';

COMMENT ON COLUMN "workflows"."id" IS 'Unique workflow identifier';

COMMENT ON COLUMN "workflows"."name" IS 'Workflow display name';

COMMENT ON COLUMN "workflows"."description" IS 'What it is for';

COMMENT ON COLUMN "workflows"."definition" IS 'Workflow structure (nodes, edges, etc.)';

COMMENT ON COLUMN "workflows"."tenant_id" IS 'Owner tenant';

COMMENT ON COLUMN "workflows"."created_by" IS 'Creator user';

COMMENT ON COLUMN "workflows"."created_at" IS 'Creation timestamp';

COMMENT ON COLUMN "workflows"."updated_at" IS 'Last update timestamp';
