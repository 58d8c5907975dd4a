-- The schema for postgres, made from the models: change those, not this.

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
    CONSTRAINT "fk_subscriptions_tenant_id" FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id"),
    CONSTRAINT "fk_subscriptions_plan_id" FOREIGN KEY ("plan_id") REFERENCES "plans" ("id"),
    CONSTRAINT "ck_subscriptions_status_type" CHECK ("status" IN ('active', 'cancelled', 'expired')),
    CONSTRAINT "ck_subscriptions_billing_cycle_type" CHECK ("billing_cycle" IN ('monthly', 'yearly'))
);

CREATE INDEX "ix_subscriptions_tenant_id" ON "subscriptions" ("tenant_id");

CREATE INDEX "ix_subscriptions_tenant_id_plan_id" ON "subscriptions" ("tenant_id", "plan_id");

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
    CONSTRAINT "pk_usage_records" PRIMARY KEY ("id"),
    CONSTRAINT "fk_usage_records_tenant_id" FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id"),
    CONSTRAINT "fk_usage_records_tenant_id_subscription_id" FOREIGN KEY ("tenant_id", "subscription_id") REFERENCES "subscriptions" ("tenant_id", "id")
);

CREATE INDEX "ix_usage_records_tenant_id" ON "usage_records" ("tenant_id");

CREATE INDEX "ix_usage_records_tenant_id_subscription_id" ON "usage_records" ("tenant_id", "subscription_id");

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
    CONSTRAINT "uq_users_tenant_id_id" UNIQUE ("tenant_id", "id"),
    CONSTRAINT "fk_users_tenant_id" FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id")
);

CREATE INDEX "ix_users_tenant_id" ON "users" ("tenant_id");

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

CREATE TABLE "agents" (
    "id" text COLLATE "C" NOT NULL,
    "name" text COLLATE "C" NOT NULL,
    "instructions" text COLLATE "C" NOT NULL,
    "model" text COLLATE "C" NOT NULL,
    "tenant_id" text COLLATE "C" NOT NULL,
    "created_by" text COLLATE "C" NOT NULL,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    CONSTRAINT "pk_agents" PRIMARY KEY ("id"),
    CONSTRAINT "fk_agents_tenant_id" FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id"),
    CONSTRAINT "fk_agents_tenant_id_created_by" FOREIGN KEY ("tenant_id", "created_by") REFERENCES "users" ("tenant_id", "id")
);

CREATE INDEX "ix_agents_tenant_id" ON "agents" ("tenant_id");

CREATE INDEX "ix_agents_tenant_id_created_by" ON "agents" ("tenant_id", "created_by");

COMMENT ON TABLE "agents" IS 'AI agent definitions.';

COMMENT ON COLUMN "agents"."id" IS 'Unique agent identifier';

COMMENT ON COLUMN "agents"."name" IS 'Agent display name';

COMMENT ON COLUMN "agents"."instructions" IS 'Agent system instructions';

COMMENT ON COLUMN "agents"."model" IS 'LLM model (e.g., "gpt-4o")';

COMMENT ON COLUMN "agents"."tenant_id" IS 'Owner tenant';

COMMENT ON COLUMN "agents"."created_by" IS 'Creator user';

COMMENT ON COLUMN "agents"."created_at" IS 'Creation timestamp';

COMMENT ON COLUMN "agents"."updated_at" IS 'Last update timestamp';

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
    CONSTRAINT "ix_api_keys_key_hash" UNIQUE ("key_hash"),
    CONSTRAINT "fk_api_keys_tenant_id" FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id"),
    CONSTRAINT "fk_api_keys_tenant_id_user_id" FOREIGN KEY ("tenant_id", "user_id") REFERENCES "users" ("tenant_id", "id")
);

CREATE INDEX "ix_api_keys_tenant_id" ON "api_keys" ("tenant_id");

CREATE INDEX "ix_api_keys_tenant_id_user_id" ON "api_keys" ("tenant_id", "user_id");

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

CREATE TABLE "audit_logs" (
    "id" bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    "event_type" text COLLATE "C" NOT NULL,
    "user_id" text COLLATE "C" NOT NULL,
    "resource_type" text COLLATE "C" NOT NULL,
    "resource_id" text COLLATE "C" NOT NULL,
    "action" text COLLATE "C" NOT NULL,
    "success" boolean NOT NULL,
    "details" jsonb NOT NULL,
    "ip_address" text COLLATE "C",
    "created_at" timestamptz NOT NULL,
    CONSTRAINT "pk_audit_logs" PRIMARY KEY ("id"),
    CONSTRAINT "fk_audit_logs_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id")
);

CREATE INDEX "ix_audit_logs_created_at" ON "audit_logs" ("created_at");

CREATE INDEX "ix_audit_logs_user_id" ON "audit_logs" ("user_id");

COMMENT ON TABLE "audit_logs" IS 'Security and compliance audit trail.

An event belongs to the tenant of its user.';

COMMENT ON COLUMN "audit_logs"."id" IS 'Unique log identifier';

COMMENT ON COLUMN "audit_logs"."event_type" IS 'Event type';

COMMENT ON COLUMN "audit_logs"."user_id" IS 'User who triggered event';

COMMENT ON COLUMN "audit_logs"."resource_type" IS 'Resource type (e.g., "agent")';

COMMENT ON COLUMN "audit_logs"."resource_id" IS 'Resource identifier';

COMMENT ON COLUMN "audit_logs"."action" IS 'Action performed';

COMMENT ON COLUMN "audit_logs"."success" IS 'Success status';

COMMENT ON COLUMN "audit_logs"."details" IS 'Additional event data';

COMMENT ON COLUMN "audit_logs"."ip_address" IS 'Client IP address';

COMMENT ON COLUMN "audit_logs"."created_at" IS 'Event timestamp';

CREATE TABLE "blueprints" (
    "id" text COLLATE "C" NOT NULL,
    "name" text COLLATE "C" NOT NULL,
    "description" text COLLATE "C" NOT NULL,
    "version" text COLLATE "C" NOT NULL,
    "definition" jsonb NOT NULL,
    "pricing_model" text COLLATE "C" NOT NULL DEFAULT 'free',
    "price" double precision NOT NULL DEFAULT 0.0,
    "publisher_id" text COLLATE "C" NOT NULL,
    "is_public" boolean NOT NULL DEFAULT false,
    "downloads" integer NOT NULL DEFAULT 0,
    "rating" double precision NOT NULL DEFAULT 0.0,
    "reviews_count" integer NOT NULL DEFAULT 0,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    CONSTRAINT "pk_blueprints" PRIMARY KEY ("id"),
    CONSTRAINT "fk_blueprints_publisher_id" FOREIGN KEY ("publisher_id") REFERENCES "users" ("id"),
    CONSTRAINT "ck_blueprints_pricing_model_type" CHECK ("pricing_model" IN ('free', 'one-time', 'subscription'))
);

CREATE INDEX "ix_blueprints_publisher_id" ON "blueprints" ("publisher_id");

COMMENT ON TABLE "blueprints" IS 'Reusable agent/workflow templates (marketplace items).

They have no tenant of their own: they belong to their publisher''s.';

COMMENT ON COLUMN "blueprints"."id" IS 'Unique blueprint identifier';

COMMENT ON COLUMN "blueprints"."name" IS 'Blueprint display name';

COMMENT ON COLUMN "blueprints"."description" IS 'Blueprint description';

COMMENT ON COLUMN "blueprints"."version" IS 'Version string';

COMMENT ON COLUMN "blueprints"."definition" IS 'Blueprint configuration';

COMMENT ON COLUMN "blueprints"."pricing_model" IS 'What it costs, and how often';

COMMENT ON COLUMN "blueprints"."price" IS 'Price amount';

COMMENT ON COLUMN "blueprints"."publisher_id" IS 'Publisher user';

COMMENT ON COLUMN "blueprints"."is_public" IS 'Public visibility';

COMMENT ON COLUMN "blueprints"."downloads" IS 'Download count';

COMMENT ON COLUMN "blueprints"."rating" IS 'Average rating';

COMMENT ON COLUMN "blueprints"."reviews_count" IS 'Number of reviews';

COMMENT ON COLUMN "blueprints"."created_at" IS 'Creation timestamp';

COMMENT ON COLUMN "blueprints"."updated_at" IS 'Last update timestamp';

CREATE TABLE "executions" (
    "id" text COLLATE "C" NOT NULL,
    "execution_type" text COLLATE "C" NOT NULL,
    "resource_id" text COLLATE "C" NOT NULL,
    "status" text COLLATE "C" NOT NULL DEFAULT 'pending',
    "input_data" jsonb NOT NULL,
    "output_data" jsonb,
    "error" text COLLATE "C",
    "execution_time" double precision,
    "tenant_id" text COLLATE "C" NOT NULL,
    "created_by" text COLLATE "C" NOT NULL,
    "created_at" timestamptz NOT NULL,
    "completed_at" timestamptz,
    CONSTRAINT "pk_executions" PRIMARY KEY ("id"),
    CONSTRAINT "fk_executions_tenant_id" FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id"),
    CONSTRAINT "fk_executions_tenant_id_created_by" FOREIGN KEY ("tenant_id", "created_by") REFERENCES "users" ("tenant_id", "id"),
    CONSTRAINT "ck_executions_execution_type_type" CHECK ("execution_type" IN ('agent', 'workflow')),
    CONSTRAINT "ck_executions_status_type" CHECK ("status" IN ('pending', 'running', 'completed', 'failed'))
);

CREATE INDEX "ix_executions_tenant_id" ON "executions" ("tenant_id");

CREATE INDEX "ix_executions_tenant_id_created_by" ON "executions" ("tenant_id", "created_by");

COMMENT ON TABLE "executions" IS 'Execution records for agents and workflows.';

COMMENT ON COLUMN "executions"."id" IS 'Unique execution identifier';

COMMENT ON COLUMN "executions"."execution_type" IS 'What was executed';

COMMENT ON COLUMN "executions"."resource_id" IS 'ID of agent or workflow';

COMMENT ON COLUMN "executions"."status" IS 'How far it came';

COMMENT ON COLUMN "executions"."input_data" IS 'Input parameters';

COMMENT ON COLUMN "executions"."output_data" IS 'Output/result data';

COMMENT ON COLUMN "executions"."error" IS 'Error message (if failed)';

COMMENT ON COLUMN "executions"."execution_time" IS 'Duration in seconds';

COMMENT ON COLUMN "executions"."tenant_id" IS 'Owner tenant';

COMMENT ON COLUMN "executions"."created_by" IS 'Creator user';

COMMENT ON COLUMN "executions"."created_at" IS 'Creation timestamp';

COMMENT ON COLUMN "executions"."completed_at" IS 'Completion timestamp';

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
    CONSTRAINT "pk_projects" PRIMARY KEY ("id"),
    CONSTRAINT "fk_projects_tenant_id" FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id"),
    CONSTRAINT "fk_projects_tenant_id_created_by" FOREIGN KEY ("tenant_id", "created_by") REFERENCES "users" ("tenant_id", "id")
);

CREATE INDEX "ix_projects_tenant_id" ON "projects" ("tenant_id");

CREATE INDEX "ix_projects_tenant_id_created_by" ON "projects" ("tenant_id", "created_by");

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

CREATE TABLE "workflows" (
    "id" text COLLATE "C" NOT NULL,
    "name" text COLLATE "C" NOT NULL,
    "definition" jsonb NOT NULL,
    "tenant_id" text COLLATE "C" NOT NULL,
    "created_by" text COLLATE "C" NOT NULL,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    CONSTRAINT "pk_workflows" PRIMARY KEY ("id"),
    CONSTRAINT "fk_workflows_tenant_id" FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id"),
    CONSTRAINT "fk_workflows_tenant_id_created_by" FOREIGN KEY ("tenant_id", "created_by") REFERENCES "users" ("tenant_id", "id")
);

CREATE INDEX "ix_workflows_tenant_id" ON "workflows" ("tenant_id");

CREATE INDEX "ix_workflows_tenant_id_created_by" ON "workflows" ("tenant_id", "created_by");

COMMENT ON TABLE "workflows" IS 'Workflow/orchestration definitions.';

COMMENT ON COLUMN "workflows"."id" IS 'Unique workflow identifier';

COMMENT ON COLUMN "workflows"."name" IS 'Workflow display name';

COMMENT ON COLUMN "workflows"."definition" IS 'Workflow structure (nodes, edges, etc.)';

COMMENT ON COLUMN "workflows"."tenant_id" IS 'Owner tenant';

COMMENT ON COLUMN "workflows"."created_by" IS 'Creator user';

COMMENT ON COLUMN "workflows"."created_at" IS 'Creation timestamp';

COMMENT ON COLUMN "workflows"."updated_at" IS 'Last update timestamp';
