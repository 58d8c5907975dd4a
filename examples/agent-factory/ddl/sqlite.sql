-- The schema for sqlite, made from the models: change those, not this.

CREATE TABLE "plans"
-- Billing plan definitions.
(
    -- Unique plan identifier
    "id" TEXT NOT NULL,
    -- Plan display name
    "name" TEXT NOT NULL,
    -- Which of the tiers it is
    "plan_type" TEXT NOT NULL,
    -- Monthly price
    "price_monthly" REAL NOT NULL,
    -- Yearly price
    "price_yearly" REAL NOT NULL,
    -- Currency code
    "currency" TEXT NOT NULL DEFAULT 'USD',
    -- Feature flags
    "features" TEXT NOT NULL,
    -- Resource limits
    "limits" TEXT NOT NULL,
    -- Active status
    "is_active" INTEGER NOT NULL DEFAULT 1,
    -- Creation timestamp
    "created_at" TEXT NOT NULL,
    -- Last update timestamp
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_plans" PRIMARY KEY ("id"),
    CONSTRAINT "ck_plans_plan_type_type" CHECK ("plan_type" IN ('free', 'pro', 'enterprise')),
    CONSTRAINT "ck_plans_features_type" CHECK (json_valid("features")),
    CONSTRAINT "ck_plans_limits_type" CHECK (json_valid("limits")),
    CONSTRAINT "ck_plans_is_active_type" CHECK ("is_active" IN (0, 1))
) STRICT;

CREATE TABLE "tenants"
-- Multi-tenant organization container.
(
    -- Unique tenant identifier
    "id" TEXT NOT NULL,
    -- Tenant/organization name
    "name" TEXT NOT NULL,
    -- URL-friendly identifier
    "slug" TEXT NOT NULL,
    -- Active status
    "is_active" INTEGER NOT NULL DEFAULT 1,
    -- Current plan
    "plan" TEXT NOT NULL DEFAULT 'free',
    -- Resource limits (e.g., `{"agents": 10}`)
    "resource_quota" TEXT NOT NULL,
    -- Current usage (e.g., `{"agents": 3}`)
    "usage" TEXT NOT NULL,
    -- Creation timestamp
    "created_at" TEXT NOT NULL,
    -- Last update timestamp
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_tenants" PRIMARY KEY ("id"),
    CONSTRAINT "ix_tenants_slug" UNIQUE ("slug"),
    CONSTRAINT "ck_tenants_is_active_type" CHECK ("is_active" IN (0, 1)),
    CONSTRAINT "ck_tenants_plan_type" CHECK ("plan" IN ('free', 'pro', 'enterprise')),
    CONSTRAINT "ck_tenants_resource_quota_type" CHECK (json_valid("resource_quota")),
    CONSTRAINT "ck_tenants_usage_type" CHECK (json_valid("usage"))
) STRICT;

CREATE TABLE "subscriptions"
-- Tenant subscription records.
(
    -- Unique subscription identifier
    "id" TEXT NOT NULL,
    -- Subscriber tenant
    "tenant_id" TEXT NOT NULL,
    -- Subscribed plan
    "plan_id" TEXT NOT NULL,
    -- Whether it runs
    "status" TEXT NOT NULL DEFAULT 'active',
    -- How often it is billed
    "billing_cycle" TEXT NOT NULL,
    -- Current billing period start
    "current_period_start" TEXT NOT NULL,
    -- Current billing period end
    "current_period_end" TEXT NOT NULL,
    -- Stripe subscription ID
    "stripe_subscription_id" TEXT,
    -- Stripe customer ID
    "stripe_customer_id" TEXT,
    -- Creation timestamp
    "created_at" TEXT NOT NULL,
    -- Last update timestamp
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_subscriptions" PRIMARY KEY ("id"),
    CONSTRAINT "uq_subscriptions_tenant_id_id" UNIQUE ("tenant_id", "id"),
    CONSTRAINT "fk_subscriptions_tenant_id" FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id"),
    CONSTRAINT "fk_subscriptions_plan_id" FOREIGN KEY ("plan_id") REFERENCES "plans" ("id"),
    CONSTRAINT "ck_subscriptions_status_type" CHECK ("status" IN ('active', 'cancelled', 'expired')),
    CONSTRAINT "ck_subscriptions_billing_cycle_type" CHECK ("billing_cycle" IN ('monthly', 'yearly'))
) STRICT;

CREATE INDEX "ix_subscriptions_tenant_id" ON "subscriptions" ("tenant_id");

CREATE INDEX "ix_subscriptions_tenant_id_plan_id" ON "subscriptions" ("tenant_id", "plan_id");

CREATE TABLE "usage_records"
-- Usage tracking for billing and analytics.
(
    -- Unique record identifier
    "id" TEXT NOT NULL,
    -- Tenant
    "tenant_id" TEXT NOT NULL,
    -- Associated subscription
    "subscription_id" TEXT NOT NULL,
    -- `agent_run`, `workflow_run`, `token`; the list is open
    "billing_unit" TEXT NOT NULL,
    -- Usage quantity
    "quantity" REAL NOT NULL,
    -- Price per unit
    "unit_price" REAL NOT NULL,
    -- Total cost
    "total_cost" REAL NOT NULL,
    -- Currency code
    "currency" TEXT NOT NULL DEFAULT 'USD',
    -- Billing period start
    "period_start" TEXT NOT NULL,
    -- Billing period end
    "period_end" TEXT NOT NULL,
    -- Creation timestamp
    "created_at" TEXT NOT NULL,
    CONSTRAINT "pk_usage_records" PRIMARY KEY ("id"),
    CONSTRAINT "fk_usage_records_tenant_id" FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id"),
    CONSTRAINT "fk_usage_records_tenant_id_subscription_id" FOREIGN KEY ("tenant_id", "subscription_id") REFERENCES "subscriptions" ("tenant_id", "id")
) STRICT;

CREATE INDEX "ix_usage_records_tenant_id" ON "usage_records" ("tenant_id");

CREATE INDEX "ix_usage_records_tenant_id_subscription_id" ON "usage_records" ("tenant_id", "subscription_id");

CREATE TABLE "users"
-- User accounts within tenants.
(
    -- Unique user identifier
    "id" TEXT NOT NULL,
    -- User email address
    "email" TEXT NOT NULL,
    -- Bcrypt-hashed password
    "hashed_password" TEXT NOT NULL,
    -- Account active status
    "is_active" INTEGER NOT NULL DEFAULT 1,
    -- Admin privileges
    "is_superuser" INTEGER NOT NULL DEFAULT 0,
    -- Associated tenant
    "tenant_id" TEXT NOT NULL,
    -- User roles array
    "roles" TEXT NOT NULL,
    -- User permissions array
    "permissions" TEXT NOT NULL,
    -- Creation timestamp
    "created_at" TEXT NOT NULL,
    -- Last update timestamp
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_users" PRIMARY KEY ("id"),
    CONSTRAINT "ix_users_email" UNIQUE ("email"),
    CONSTRAINT "uq_users_tenant_id_id" UNIQUE ("tenant_id", "id"),
    CONSTRAINT "fk_users_tenant_id" FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id"),
    CONSTRAINT "ck_users_is_active_type" CHECK ("is_active" IN (0, 1)),
    CONSTRAINT "ck_users_is_superuser_type" CHECK ("is_superuser" IN (0, 1)),
    CONSTRAINT "ck_users_roles_type" CHECK (json_valid("roles")),
    CONSTRAINT "ck_users_permissions_type" CHECK (json_valid("permissions"))
) STRICT;

CREATE INDEX "ix_users_tenant_id" ON "users" ("tenant_id");

CREATE TABLE "agents"
-- AI agent definitions.
(
    -- Unique agent identifier
    "id" TEXT NOT NULL,
    -- Agent display name
    "name" TEXT NOT NULL,
    -- Agent system instructions
    "instructions" TEXT NOT NULL,
    -- LLM model (e.g., "gpt-4o")
    "model" TEXT NOT NULL,
    -- Owner tenant
    "tenant_id" TEXT NOT NULL,
    -- Creator user
    "created_by" TEXT NOT NULL,
    -- Creation timestamp
    "created_at" TEXT NOT NULL,
    -- Last update timestamp
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_agents" PRIMARY KEY ("id"),
    CONSTRAINT "fk_agents_tenant_id" FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id"),
    CONSTRAINT "fk_agents_tenant_id_created_by" FOREIGN KEY ("tenant_id", "created_by") REFERENCES "users" ("tenant_id", "id")
) STRICT;

CREATE INDEX "ix_agents_tenant_id" ON "agents" ("tenant_id");

CREATE INDEX "ix_agents_tenant_id_created_by" ON "agents" ("tenant_id", "created_by");

CREATE TABLE "api_keys"
-- API authentication keys for programmatic access.
(
    -- Unique key identifier
    "id" TEXT NOT NULL,
    -- Hashed API key
    "key_hash" TEXT NOT NULL,
    -- Key display name
    "name" TEXT NOT NULL,
    -- Owner tenant
    "tenant_id" TEXT NOT NULL,
    -- Owner user
    "user_id" TEXT NOT NULL,
    -- Permissions array
    "permissions" TEXT NOT NULL,
    -- Last usage timestamp
    "last_used_at" TEXT,
    -- Expiration timestamp
    "expires_at" TEXT,
    -- Active status
    "is_active" INTEGER NOT NULL DEFAULT 1,
    -- Creation timestamp
    "created_at" TEXT NOT NULL,
    -- Last update timestamp
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_api_keys" PRIMARY KEY ("id"),
    CONSTRAINT "ix_api_keys_key_hash" UNIQUE ("key_hash"),
    CONSTRAINT "fk_api_keys_tenant_id" FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id"),
    CONSTRAINT "fk_api_keys_tenant_id_user_id" FOREIGN KEY ("tenant_id", "user_id") REFERENCES "users" ("tenant_id", "id"),
    CONSTRAINT "ck_api_keys_permissions_type" CHECK (json_valid("permissions")),
    CONSTRAINT "ck_api_keys_is_active_type" CHECK ("is_active" IN (0, 1))
) STRICT;

CREATE INDEX "ix_api_keys_tenant_id" ON "api_keys" ("tenant_id");

CREATE INDEX "ix_api_keys_tenant_id_user_id" ON "api_keys" ("tenant_id", "user_id");

CREATE TABLE "audit_logs"
-- Security and compliance audit trail.
--
-- An event belongs to the tenant of its user.
(
    -- Unique log identifier
    "id" INTEGER NOT NULL CONSTRAINT "pk_audit_logs" PRIMARY KEY AUTOINCREMENT,
    -- Event type
    "event_type" TEXT NOT NULL,
    -- User who triggered event
    "user_id" TEXT NOT NULL,
    -- Resource type (e.g., "agent")
    "resource_type" TEXT NOT NULL,
    -- Resource identifier
    "resource_id" TEXT NOT NULL,
    -- Action performed
    "action" TEXT NOT NULL,
    -- Success status
    "success" INTEGER NOT NULL,
    -- Additional event data
    "details" TEXT NOT NULL,
    -- Client IP address
    "ip_address" TEXT,
    -- Event timestamp
    "created_at" TEXT NOT NULL,
    CONSTRAINT "fk_audit_logs_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id"),
    CONSTRAINT "ck_audit_logs_success_type" CHECK ("success" IN (0, 1)),
    CONSTRAINT "ck_audit_logs_details_type" CHECK (json_valid("details"))
) STRICT;

CREATE INDEX "ix_audit_logs_created_at" ON "audit_logs" ("created_at");

CREATE INDEX "ix_audit_logs_user_id" ON "audit_logs" ("user_id");

CREATE TABLE "blueprints"
-- Reusable agent/workflow templates (marketplace items).
--
-- They have no tenant of their own: they belong to their publisher's.
(
    -- Unique blueprint identifier
    "id" TEXT NOT NULL,
    -- Blueprint display name
    "name" TEXT NOT NULL,
    -- Blueprint description
    "description" TEXT NOT NULL,
    -- Version string
    "version" TEXT NOT NULL,
    -- Blueprint configuration
    "definition" TEXT NOT NULL,
    -- What it costs, and how often
    "pricing_model" TEXT NOT NULL DEFAULT 'free',
    -- Price amount
    "price" REAL NOT NULL DEFAULT 0.0,
    -- Publisher user
    "publisher_id" TEXT NOT NULL,
    -- Public visibility
    "is_public" INTEGER NOT NULL DEFAULT 0,
    -- Download count
    "downloads" INTEGER NOT NULL DEFAULT 0,
    -- Average rating
    "rating" REAL NOT NULL DEFAULT 0.0,
    -- Number of reviews
    "reviews_count" INTEGER NOT NULL DEFAULT 0,
    -- Creation timestamp
    "created_at" TEXT NOT NULL,
    -- Last update timestamp
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_blueprints" PRIMARY KEY ("id"),
    CONSTRAINT "fk_blueprints_publisher_id" FOREIGN KEY ("publisher_id") REFERENCES "users" ("id"),
    CONSTRAINT "ck_blueprints_definition_type" CHECK (json_valid("definition")),
    CONSTRAINT "ck_blueprints_pricing_model_type" CHECK ("pricing_model" IN ('free', 'one-time', 'subscription')),
    CONSTRAINT "ck_blueprints_is_public_type" CHECK ("is_public" IN (0, 1))
) STRICT;

CREATE INDEX "ix_blueprints_publisher_id" ON "blueprints" ("publisher_id");

CREATE TABLE "executions"
-- Execution records for agents and workflows.
(
    -- Unique execution identifier
    "id" TEXT NOT NULL,
    -- What was executed
    "execution_type" TEXT NOT NULL,
    -- ID of agent or workflow
    "resource_id" TEXT NOT NULL,
    -- How far it came
    "status" TEXT NOT NULL DEFAULT 'pending',
    -- Input parameters
    "input_data" TEXT NOT NULL,
    -- Output/result data
    "output_data" TEXT,
    -- Error message (if failed)
    "error" TEXT,
    -- Duration in seconds
    "execution_time" REAL,
    -- Owner tenant
    "tenant_id" TEXT NOT NULL,
    -- Creator user
    "created_by" TEXT NOT NULL,
    -- Creation timestamp
    "created_at" TEXT NOT NULL,
    -- Completion timestamp
    "completed_at" TEXT,
    CONSTRAINT "pk_executions" PRIMARY KEY ("id"),
    CONSTRAINT "fk_executions_tenant_id" FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id"),
    CONSTRAINT "fk_executions_tenant_id_created_by" FOREIGN KEY ("tenant_id", "created_by") REFERENCES "users" ("tenant_id", "id"),
    CONSTRAINT "ck_executions_execution_type_type" CHECK ("execution_type" IN ('agent', 'workflow')),
    CONSTRAINT "ck_executions_status_type" CHECK ("status" IN ('pending', 'running', 'completed', 'failed')),
    CONSTRAINT "ck_executions_input_data_type" CHECK (json_valid("input_data")),
    CONSTRAINT "ck_executions_output_data_type" CHECK ("output_data" IS NULL OR json_valid("output_data"))
) STRICT;

CREATE INDEX "ix_executions_tenant_id" ON "executions" ("tenant_id");

CREATE INDEX "ix_executions_tenant_id_created_by" ON "executions" ("tenant_id", "created_by");

CREATE TABLE "projects"
-- Project/App containers for organizing resources.
(
    -- Unique project identifier
    "id" TEXT NOT NULL,
    -- Project display name
    "name" TEXT NOT NULL,
    -- `saas_app`, `blueprint_deployment`; the list is open
    "project_type" TEXT NOT NULL,
    -- Owner tenant
    "tenant_id" TEXT NOT NULL,
    -- Creator user
    "created_by" TEXT NOT NULL,
    -- Project configuration
    "config" TEXT NOT NULL,
    -- Active status
    "is_active" INTEGER NOT NULL DEFAULT 1,
    -- Creation timestamp
    "created_at" TEXT NOT NULL,
    -- Last update timestamp
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_projects" PRIMARY KEY ("id"),
    CONSTRAINT "fk_projects_tenant_id" FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id"),
    CONSTRAINT "fk_projects_tenant_id_created_by" FOREIGN KEY ("tenant_id", "created_by") REFERENCES "users" ("tenant_id", "id"),
    CONSTRAINT "ck_projects_config_type" CHECK (json_valid("config")),
    CONSTRAINT "ck_projects_is_active_type" CHECK ("is_active" IN (0, 1))
) STRICT;

CREATE INDEX "ix_projects_tenant_id" ON "projects" ("tenant_id");

CREATE INDEX "ix_projects_tenant_id_created_by" ON "projects" ("tenant_id", "created_by");

CREATE TABLE "workflows"
-- Workflow/orchestration definitions.
(
    -- Unique workflow identifier
    "id" TEXT NOT NULL,
    -- Workflow display name
    "name" TEXT NOT NULL,
    -- Workflow structure (nodes, edges, etc.)
    "definition" TEXT NOT NULL,
    -- Owner tenant
    "tenant_id" TEXT NOT NULL,
    -- Creator user
    "created_by" TEXT NOT NULL,
    -- Creation timestamp
    "created_at" TEXT NOT NULL,
    -- Last update timestamp
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_workflows" PRIMARY KEY ("id"),
    CONSTRAINT "fk_workflows_tenant_id" FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id"),
    CONSTRAINT "fk_workflows_tenant_id_created_by" FOREIGN KEY ("tenant_id", "created_by") REFERENCES "users" ("tenant_id", "id"),
    CONSTRAINT "ck_workflows_definition_type" CHECK (json_valid("definition"))
) STRICT;

CREATE INDEX "ix_workflows_tenant_id" ON "workflows" ("tenant_id");

CREATE INDEX "ix_workflows_tenant_id_created_by" ON "workflows" ("tenant_id", "created_by");
