-- 0001_initial, up, for postgres. Made by `migrate new`; it may be edited until it is applied.

CREATE TABLE "agent" (
    "id" text COLLATE "C" NOT NULL,
    "organization_id" text COLLATE "C" NOT NULL,
    "workspace_id" text COLLATE "C" NOT NULL,
    "team_id" text COLLATE "C",
    "created_by" text COLLATE "C" NOT NULL,
    "name" text COLLATE "C" NOT NULL,
    "description" text COLLATE "C" NOT NULL,
    "agent_type" text COLLATE "C" NOT NULL,
    "config_yaml" text COLLATE "C" NOT NULL,
    "current_version" text COLLATE "C" NOT NULL DEFAULT '0.1.0',
    "risk_level" text COLLATE "C" NOT NULL DEFAULT 'low',
    "is_public" boolean NOT NULL DEFAULT false,
    "marketplace_listing_id" text COLLATE "C",
    "status" text COLLATE "C" NOT NULL DEFAULT 'draft',
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    CONSTRAINT "pk_agent" PRIMARY KEY ("id"),
    CONSTRAINT "uq_agent_organization_id_id" UNIQUE ("organization_id", "id"),
    CONSTRAINT "ck_agent_risk_level_type" CHECK ("risk_level" IN ('low', 'medium', 'high', 'critical')),
    CONSTRAINT "ck_agent_status_type" CHECK ("status" IN ('draft', 'active', 'deprecated'))
);

CREATE TABLE "agent_version" (
    "id" text COLLATE "C" NOT NULL,
    "agent_id" text COLLATE "C" NOT NULL,
    "version" text COLLATE "C" NOT NULL,
    "config_yaml" text COLLATE "C" NOT NULL,
    "change_summary" text COLLATE "C" NOT NULL,
    "created_by" text COLLATE "C" NOT NULL,
    "is_current" boolean NOT NULL DEFAULT false,
    "security_scan_status" text COLLATE "C" NOT NULL DEFAULT 'pending',
    "security_scan_results" jsonb NOT NULL,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    CONSTRAINT "pk_agent_version" PRIMARY KEY ("id"),
    CONSTRAINT "uq_agent_version_agent_id_version" UNIQUE ("agent_id", "version"),
    CONSTRAINT "ck_agent_version_security_scan_status_type" CHECK ("security_scan_status" IN ('pending', 'passed', 'failed'))
);

CREATE TABLE "api_key" (
    "id" text COLLATE "C" NOT NULL,
    "organization_id" text COLLATE "C" NOT NULL,
    "user_id" text COLLATE "C",
    "name" text COLLATE "C" NOT NULL,
    "key_hash" text COLLATE "C" NOT NULL,
    "key_prefix" text COLLATE "C" NOT NULL,
    "scopes" jsonb NOT NULL,
    "expires_at" timestamptz,
    "last_used_at" timestamptz,
    "is_active" boolean NOT NULL DEFAULT true,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    CONSTRAINT "pk_api_key" PRIMARY KEY ("organization_id", "id"),
    CONSTRAINT "uq_api_key_key_hash" UNIQUE ("key_hash")
);

CREATE TABLE "approval_request" (
    "id" text COLLATE "C" NOT NULL,
    "organization_id" text COLLATE "C" NOT NULL,
    "policy_id" text COLLATE "C" NOT NULL,
    "rule_name" text COLLATE "C" NOT NULL,
    "requester_id" text COLLATE "C" NOT NULL,
    "resource_type" text COLLATE "C" NOT NULL,
    "resource_id" text COLLATE "C" NOT NULL,
    "action" text COLLATE "C" NOT NULL,
    "context" jsonb NOT NULL,
    "status" text COLLATE "C" NOT NULL DEFAULT 'pending',
    "approver_id" text COLLATE "C",
    "approved_at" timestamptz,
    "expires_at" timestamptz NOT NULL,
    "reason" text COLLATE "C",
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    CONSTRAINT "pk_approval_request" PRIMARY KEY ("organization_id", "id"),
    CONSTRAINT "ck_approval_request_resource_type_type" CHECK ("resource_type" IN ('agent', 'orchestration', 'connector')),
    CONSTRAINT "ck_approval_request_status_type" CHECK ("status" IN ('pending', 'approved', 'rejected', 'expired'))
);

CREATE TABLE "audit_log" (
    "id" text COLLATE "C" NOT NULL,
    "organization_id" text COLLATE "C" NOT NULL,
    "timestamp" timestamptz NOT NULL,
    "actor_type" text COLLATE "C" NOT NULL,
    "actor_id" text COLLATE "C" NOT NULL,
    "actor_email" text COLLATE "C",
    "actor_ip" text COLLATE "C",
    "event_type" text COLLATE "C" NOT NULL,
    "resource_type" text COLLATE "C" NOT NULL,
    "resource_id" text COLLATE "C" NOT NULL,
    "action" text COLLATE "C" NOT NULL,
    "changes" jsonb NOT NULL,
    "context" jsonb NOT NULL,
    "result" text COLLATE "C" NOT NULL,
    "error_message" text COLLATE "C",
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    CONSTRAINT "pk_audit_log" PRIMARY KEY ("organization_id", "id"),
    CONSTRAINT "ck_audit_log_actor_type_type" CHECK ("actor_type" IN ('user', 'api_key', 'system')),
    CONSTRAINT "ck_audit_log_result_type" CHECK ("result" IN ('success', 'failure'))
);

CREATE TABLE "compliance_report" (
    "id" text COLLATE "C" NOT NULL,
    "organization_id" text COLLATE "C" NOT NULL,
    "report_type" text COLLATE "C" NOT NULL,
    "period_start" timestamptz NOT NULL,
    "period_end" timestamptz NOT NULL,
    "generated_at" timestamptz NOT NULL,
    "generated_by" text COLLATE "C" NOT NULL,
    "status" text COLLATE "C" NOT NULL DEFAULT 'generating',
    "report_url" text COLLATE "C",
    "findings" jsonb NOT NULL,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    CONSTRAINT "pk_compliance_report" PRIMARY KEY ("organization_id", "id"),
    CONSTRAINT "ck_compliance_report_report_type_type" CHECK ("report_type" IN ('soc2', 'gdpr', 'hipaa')),
    CONSTRAINT "ck_compliance_report_status_type" CHECK ("status" IN ('generating', 'completed', 'failed'))
);

CREATE TABLE "connector" (
    "id" text COLLATE "C" NOT NULL,
    "organization_id" text COLLATE "C" NOT NULL,
    "name" text COLLATE "C" NOT NULL,
    "connector_type" text COLLATE "C" NOT NULL,
    "status" text COLLATE "C" NOT NULL DEFAULT 'connected',
    "connection_config_encrypted" bytea NOT NULL,
    "allowed_operations" jsonb NOT NULL,
    "allowed_objects" jsonb NOT NULL,
    "mask_pii" boolean NOT NULL DEFAULT true,
    "audit_queries" boolean NOT NULL DEFAULT true,
    "cache_enabled" boolean NOT NULL DEFAULT false,
    "cache_ttl_seconds" integer NOT NULL DEFAULT 300,
    "queries_per_minute" integer NOT NULL DEFAULT 60,
    "last_test_at" timestamptz,
    "last_test_status" text COLLATE "C" NOT NULL,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    CONSTRAINT "pk_connector" PRIMARY KEY ("id"),
    CONSTRAINT "uq_connector_organization_id_name" UNIQUE ("organization_id", "name"),
    CONSTRAINT "ck_connector_status_type" CHECK ("status" IN ('connected', 'error', 'disabled'))
);

CREATE TABLE "connector_permission" (
    "id" text COLLATE "C" NOT NULL,
    "connector_id" text COLLATE "C" NOT NULL,
    "agent_id" text COLLATE "C" NOT NULL,
    "operations" jsonb NOT NULL,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    CONSTRAINT "pk_connector_permission" PRIMARY KEY ("id"),
    CONSTRAINT "uq_connector_permission_connector_id_agent_id" UNIQUE ("connector_id", "agent_id")
);

CREATE TABLE "ennead_outbox" (
    "id" bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    "tenant" text COLLATE "C" NOT NULL,
    "event" uuid NOT NULL,
    "topic" text COLLATE "C" NOT NULL,
    "payload" jsonb NOT NULL,
    "destination" text COLLATE "C",
    "ordering_key" text COLLATE "C",
    "created_at" timestamptz NOT NULL,
    "attempts" integer NOT NULL DEFAULT 0,
    "due_at" timestamptz,
    "claim" uuid,
    "delivered_at" timestamptz,
    "dead_at" timestamptz,
    "last_error" text COLLATE "C",
    CONSTRAINT "pk_ennead_outbox" PRIMARY KEY ("id"),
    CONSTRAINT "ck_ennead_outbox_topic_length" CHECK (char_length("topic") >= 1 AND char_length("topic") <= 200),
    CONSTRAINT "ck_ennead_outbox_destination_length" CHECK (char_length("destination") <= 200),
    CONSTRAINT "ck_ennead_outbox_ordering_key_length" CHECK (char_length("ordering_key") <= 200)
);

CREATE TABLE "execution" (
    "id" text COLLATE "C" NOT NULL,
    "organization_id" text COLLATE "C" NOT NULL,
    "workspace_id" text COLLATE "C" NOT NULL,
    "gateway_id" text COLLATE "C" NOT NULL,
    "execution_type" text COLLATE "C" NOT NULL,
    "agent_id" text COLLATE "C",
    "orchestration_id" text COLLATE "C",
    "version" text COLLATE "C" NOT NULL,
    "triggered_by" text COLLATE "C" NOT NULL,
    "trigger_type" text COLLATE "C" NOT NULL,
    "input_data" jsonb NOT NULL,
    "output_data" jsonb NOT NULL,
    "status" text COLLATE "C" NOT NULL DEFAULT 'queued',
    "error_message" text COLLATE "C",
    "error_code" text COLLATE "C",
    "queued_at" timestamptz NOT NULL,
    "started_at" timestamptz,
    "completed_at" timestamptz,
    "execution_time_ms" bigint NOT NULL DEFAULT 0,
    "input_tokens" bigint NOT NULL DEFAULT 0,
    "output_tokens" bigint NOT NULL DEFAULT 0,
    "cost_usd" double precision NOT NULL DEFAULT 0.0,
    "trace_id" text COLLATE "C" NOT NULL,
    "parent_execution_id" text COLLATE "C",
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    CONSTRAINT "pk_execution" PRIMARY KEY ("id"),
    CONSTRAINT "uq_execution_organization_id_id" UNIQUE ("organization_id", "id"),
    CONSTRAINT "ck_execution_execution_type_type" CHECK ("execution_type" IN ('agent', 'orchestration')),
    CONSTRAINT "ck_execution_trigger_type_type" CHECK ("trigger_type" IN ('api', 'cli', 'mcp', 'scheduled')),
    CONSTRAINT "ck_execution_status_type" CHECK ("status" IN ('queued', 'running', 'completed', 'failed'))
);

CREATE TABLE "execution_step" (
    "id" text COLLATE "C" NOT NULL,
    "execution_id" text COLLATE "C" NOT NULL,
    "agent_id" text COLLATE "C" NOT NULL,
    "step_number" integer NOT NULL,
    "input_data" jsonb NOT NULL,
    "output_data" jsonb NOT NULL,
    "status" text COLLATE "C" NOT NULL DEFAULT 'running',
    "started_at" timestamptz NOT NULL,
    "completed_at" timestamptz,
    "execution_time_ms" bigint NOT NULL DEFAULT 0,
    "tokens_used" bigint NOT NULL DEFAULT 0,
    "cost_usd" double precision NOT NULL DEFAULT 0.0,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    CONSTRAINT "pk_execution_step" PRIMARY KEY ("id"),
    CONSTRAINT "uq_execution_step_execution_id_step_number" UNIQUE ("execution_id", "step_number"),
    CONSTRAINT "ck_execution_step_status_type" CHECK ("status" IN ('queued', 'running', 'completed', 'failed'))
);

CREATE TABLE "gateway" (
    "id" text COLLATE "C" NOT NULL,
    "organization_id" text COLLATE "C" NOT NULL,
    "name" text COLLATE "C" NOT NULL,
    "gateway_type" text COLLATE "C" NOT NULL,
    "status" text COLLATE "C" NOT NULL DEFAULT 'provisioning',
    "api_url" text COLLATE "C" NOT NULL,
    "api_port" integer NOT NULL,
    "mcp_url" text COLLATE "C",
    "mcp_port" integer,
    "ssl_enabled" boolean NOT NULL DEFAULT true,
    "ssl_cert_id" text COLLATE "C",
    "min_instances" integer NOT NULL DEFAULT 1,
    "max_instances" integer NOT NULL DEFAULT 1,
    "current_instances" integer NOT NULL DEFAULT 0,
    "global_rate_limit" integer NOT NULL,
    "per_agent_rate_limit" integer NOT NULL,
    "per_user_rate_limit" integer NOT NULL,
    "auth_methods" jsonb NOT NULL,
    "jwt_issuer" text COLLATE "C",
    "last_health_check" timestamptz,
    "health_status" text COLLATE "C" NOT NULL DEFAULT 'healthy',
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    CONSTRAINT "pk_gateway" PRIMARY KEY ("id"),
    CONSTRAINT "uq_gateway_organization_id_name" UNIQUE ("organization_id", "name"),
    CONSTRAINT "uq_gateway_organization_id_id" UNIQUE ("organization_id", "id"),
    CONSTRAINT "ck_gateway_gateway_type_type" CHECK ("gateway_type" IN ('shared', 'dedicated', 'private')),
    CONSTRAINT "ck_gateway_status_type" CHECK ("status" IN ('running', 'stopped', 'provisioning', 'error')),
    CONSTRAINT "ck_gateway_health_status_type" CHECK ("health_status" IN ('healthy', 'degraded', 'unhealthy')),
    CONSTRAINT "ck_gateway_api_port" CHECK (api_port BETWEEN 1 AND 65535),
    CONSTRAINT "ck_gateway_mcp_port" CHECK (mcp_port BETWEEN 1 AND 65535)
);

CREATE TABLE "gateway_deployment" (
    "id" text COLLATE "C" NOT NULL,
    "gateway_id" text COLLATE "C" NOT NULL,
    "agent_id" text COLLATE "C" NOT NULL,
    "agent_version" text COLLATE "C" NOT NULL,
    "workspace_id" text COLLATE "C" NOT NULL,
    "weight" integer NOT NULL DEFAULT 100,
    "is_active" boolean NOT NULL DEFAULT true,
    "deployed_at" timestamptz NOT NULL,
    "deployed_by" text COLLATE "C" NOT NULL,
    "status" text COLLATE "C" NOT NULL DEFAULT 'active',
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    CONSTRAINT "pk_gateway_deployment" PRIMARY KEY ("id"),
    CONSTRAINT "ck_gateway_deployment_status_type" CHECK ("status" IN ('active', 'draining', 'inactive')),
    CONSTRAINT "ck_gateway_deployment_weight" CHECK (weight >= 0)
);

CREATE TABLE "notification" (
    "id" text COLLATE "C" NOT NULL,
    "user_id" text COLLATE "C" NOT NULL,
    "notification_type" text COLLATE "C" NOT NULL,
    "title" text COLLATE "C" NOT NULL,
    "message" text COLLATE "C" NOT NULL,
    "link" text COLLATE "C",
    "is_read" boolean NOT NULL DEFAULT false,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    CONSTRAINT "pk_notification" PRIMARY KEY ("id")
);

CREATE TABLE "orchestration" (
    "id" text COLLATE "C" NOT NULL,
    "organization_id" text COLLATE "C" NOT NULL,
    "workspace_id" text COLLATE "C" NOT NULL,
    "team_id" text COLLATE "C",
    "created_by" text COLLATE "C" NOT NULL,
    "name" text COLLATE "C" NOT NULL,
    "description" text COLLATE "C" NOT NULL,
    "pattern" text COLLATE "C" NOT NULL,
    "config_yaml" text COLLATE "C" NOT NULL,
    "agent_ids" jsonb NOT NULL,
    "current_version" text COLLATE "C" NOT NULL DEFAULT '0.1.0',
    "status" text COLLATE "C" NOT NULL DEFAULT 'draft',
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    CONSTRAINT "pk_orchestration" PRIMARY KEY ("organization_id", "id"),
    CONSTRAINT "ck_orchestration_status_type" CHECK ("status" IN ('draft', 'active', 'deprecated'))
);

CREATE TABLE "organization" (
    "id" text COLLATE "C" NOT NULL,
    "name" text COLLATE "C" NOT NULL,
    "slug" text COLLATE "C" NOT NULL,
    "logo_url" text COLLATE "C",
    "status" text COLLATE "C" NOT NULL DEFAULT 'active',
    "plan_tier" text COLLATE "C" NOT NULL DEFAULT 'free',
    "created_by" text COLLATE "C" NOT NULL,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    CONSTRAINT "pk_organization" PRIMARY KEY ("id"),
    CONSTRAINT "uq_organization_slug" UNIQUE ("slug"),
    CONSTRAINT "ck_organization_status_type" CHECK ("status" IN ('active', 'suspended', 'deleted')),
    CONSTRAINT "ck_organization_plan_tier_type" CHECK ("plan_tier" IN ('free', 'pro', 'enterprise'))
);

CREATE TABLE "policy" (
    "id" text COLLATE "C" NOT NULL,
    "organization_id" text COLLATE "C" NOT NULL,
    "name" text COLLATE "C" NOT NULL,
    "description" text COLLATE "C" NOT NULL,
    "policy_type" text COLLATE "C" NOT NULL,
    "rules_yaml" text COLLATE "C" NOT NULL,
    "is_system" boolean NOT NULL DEFAULT false,
    "is_enabled" boolean NOT NULL DEFAULT true,
    "priority" integer NOT NULL DEFAULT 0,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    CONSTRAINT "pk_policy" PRIMARY KEY ("id"),
    CONSTRAINT "uq_policy_organization_id_id" UNIQUE ("organization_id", "id"),
    CONSTRAINT "ck_policy_policy_type_type" CHECK ("policy_type" IN ('rbac', 'abac', 'budget'))
);

CREATE TABLE "policy_assignment" (
    "id" text COLLATE "C" NOT NULL,
    "policy_id" text COLLATE "C" NOT NULL,
    "assignee_type" text COLLATE "C" NOT NULL,
    "assignee_id" text COLLATE "C" NOT NULL,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    CONSTRAINT "pk_policy_assignment" PRIMARY KEY ("id"),
    CONSTRAINT "uq_policy_assignment_policy_id_assignee_type_assignee_id" UNIQUE ("policy_id", "assignee_type", "assignee_id"),
    CONSTRAINT "ck_policy_assignment_assignee_type_type" CHECK ("assignee_type" IN ('team', 'user'))
);

CREATE TABLE "sso_configuration" (
    "id" text COLLATE "C" NOT NULL,
    "organization_id" text COLLATE "C" NOT NULL,
    "provider_type" text COLLATE "C" NOT NULL,
    "name" text COLLATE "C" NOT NULL,
    "is_enabled" boolean NOT NULL DEFAULT true,
    "config_encrypted" bytea NOT NULL,
    "jit_enabled" boolean NOT NULL DEFAULT false,
    "default_role" text COLLATE "C" NOT NULL DEFAULT 'viewer',
    "role_mappings" jsonb NOT NULL,
    "allowed_domains" jsonb NOT NULL,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    CONSTRAINT "pk_sso_configuration" PRIMARY KEY ("organization_id", "id"),
    CONSTRAINT "ck_sso_configuration_provider_type_type" CHECK ("provider_type" IN ('azure_ad', 'okta', 'google', 'saml', 'oidc')),
    CONSTRAINT "ck_sso_configuration_default_role_type" CHECK ("default_role" IN ('org_owner', 'org_admin', 'developer', 'operator', 'viewer'))
);

CREATE TABLE "subscription" (
    "id" text COLLATE "C" NOT NULL,
    "organization_id" text COLLATE "C" NOT NULL,
    "plan_id" text COLLATE "C" NOT NULL,
    "status" text COLLATE "C" NOT NULL DEFAULT 'active',
    "billing_cycle" text COLLATE "C" NOT NULL,
    "current_period_start" timestamptz NOT NULL,
    "current_period_end" timestamptz NOT NULL,
    "stripe_subscription_id" text COLLATE "C",
    "max_users" integer NOT NULL,
    "max_agents" integer NOT NULL,
    "max_executions_per_month" bigint NOT NULL,
    "max_storage_gb" integer NOT NULL,
    "max_gateways" integer NOT NULL,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    CONSTRAINT "pk_subscription" PRIMARY KEY ("organization_id", "id"),
    CONSTRAINT "uq_subscription_stripe_subscription_id" UNIQUE ("stripe_subscription_id"),
    CONSTRAINT "ck_subscription_status_type" CHECK ("status" IN ('active', 'cancelled', 'past_due')),
    CONSTRAINT "ck_subscription_billing_cycle_type" CHECK ("billing_cycle" IN ('monthly', 'annual'))
);

CREATE TABLE "team" (
    "id" text COLLATE "C" NOT NULL,
    "organization_id" text COLLATE "C" NOT NULL,
    "name" text COLLATE "C" NOT NULL,
    "description" text COLLATE "C" NOT NULL,
    "budget_limit_usd" double precision,
    "current_spend_usd" double precision NOT NULL DEFAULT 0.0,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    CONSTRAINT "pk_team" PRIMARY KEY ("id"),
    CONSTRAINT "uq_team_organization_id_name" UNIQUE ("organization_id", "name"),
    CONSTRAINT "uq_team_organization_id_id" UNIQUE ("organization_id", "id")
);

CREATE TABLE "team_membership" (
    "id" text COLLATE "C" NOT NULL,
    "team_id" text COLLATE "C" NOT NULL,
    "user_id" text COLLATE "C" NOT NULL,
    "role" text COLLATE "C" NOT NULL DEFAULT 'member',
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    CONSTRAINT "pk_team_membership" PRIMARY KEY ("id"),
    CONSTRAINT "uq_team_membership_team_id_user_id" UNIQUE ("team_id", "user_id"),
    CONSTRAINT "ck_team_membership_role_type" CHECK ("role" IN ('lead', 'member'))
);

CREATE TABLE "usage_record" (
    "id" text COLLATE "C" NOT NULL,
    "organization_id" text COLLATE "C" NOT NULL,
    "period_start" timestamptz NOT NULL,
    "period_end" timestamptz NOT NULL,
    "users_count" integer NOT NULL DEFAULT 0,
    "agents_count" integer NOT NULL DEFAULT 0,
    "executions_count" bigint NOT NULL DEFAULT 0,
    "storage_gb" double precision NOT NULL DEFAULT 0.0,
    "gateways_count" integer NOT NULL DEFAULT 0,
    "cost_usd" double precision NOT NULL DEFAULT 0.0,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    CONSTRAINT "pk_usage_record" PRIMARY KEY ("organization_id", "id"),
    CONSTRAINT "uq_usage_record_organization_id_period_start" UNIQUE ("organization_id", "period_start")
);

CREATE TABLE "users" (
    "id" text COLLATE "C" NOT NULL,
    "organization_id" text COLLATE "C" NOT NULL,
    "email" text COLLATE "C" NOT NULL,
    "name" text COLLATE "C" NOT NULL,
    "avatar_url" text COLLATE "C",
    "status" text COLLATE "C" NOT NULL DEFAULT 'invited',
    "role" text COLLATE "C" NOT NULL,
    "last_login_at" timestamptz,
    "mfa_enabled" boolean NOT NULL DEFAULT false,
    "sso_provider_id" text COLLATE "C",
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    CONSTRAINT "pk_users" PRIMARY KEY ("id"),
    CONSTRAINT "uq_users_organization_id_email" UNIQUE ("organization_id", "email"),
    CONSTRAINT "uq_users_organization_id_id" UNIQUE ("organization_id", "id"),
    CONSTRAINT "ck_users_status_type" CHECK ("status" IN ('active', 'invited', 'suspended')),
    CONSTRAINT "ck_users_role_type" CHECK ("role" IN ('org_owner', 'org_admin', 'developer', 'operator', 'viewer'))
);

CREATE TABLE "webhook_endpoint" (
    "id" text COLLATE "C" NOT NULL,
    "organization_id" text COLLATE "C" NOT NULL,
    "name" text COLLATE "C" NOT NULL,
    "url" text COLLATE "C" NOT NULL,
    "secret" bytea NOT NULL,
    "events" jsonb NOT NULL,
    "is_active" boolean NOT NULL DEFAULT true,
    "last_triggered_at" timestamptz,
    "failure_count" integer NOT NULL DEFAULT 0,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    CONSTRAINT "pk_webhook_endpoint" PRIMARY KEY ("organization_id", "id")
);

CREATE TABLE "workspace" (
    "id" text COLLATE "C" NOT NULL,
    "organization_id" text COLLATE "C" NOT NULL,
    "name" text COLLATE "C" NOT NULL,
    "environment_type" text COLLATE "C" NOT NULL,
    "description" text COLLATE "C" NOT NULL,
    "gateway_id" text COLLATE "C",
    "max_agents" integer NOT NULL,
    "max_concurrent_executions" integer NOT NULL,
    "promotion_from" text COLLATE "C",
    "requires_approval" boolean NOT NULL DEFAULT false,
    "required_approvers" jsonb NOT NULL,
    "pii_allowed" boolean NOT NULL DEFAULT false,
    "encryption_required" boolean NOT NULL DEFAULT true,
    "retention_days" integer NOT NULL DEFAULT 90,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    CONSTRAINT "pk_workspace" PRIMARY KEY ("id"),
    CONSTRAINT "uq_workspace_organization_id_name" UNIQUE ("organization_id", "name"),
    CONSTRAINT "uq_workspace_organization_id_id" UNIQUE ("organization_id", "id"),
    CONSTRAINT "ck_workspace_environment_type_type" CHECK ("environment_type" IN ('development', 'staging', 'production', 'sandbox'))
);

CREATE INDEX "idx_agent_workspace" ON "agent" ("organization_id", "workspace_id", "status");

CREATE INDEX "ix_agent_organization_id_team_id" ON "agent" ("organization_id", "team_id" NULLS FIRST);

CREATE INDEX "ix_agent_organization_id_created_by" ON "agent" ("organization_id", "created_by");

CREATE INDEX "ix_agent_version_created_by" ON "agent_version" ("created_by");

CREATE INDEX "ix_api_key_organization_id_user_id" ON "api_key" ("organization_id", "user_id" NULLS FIRST);

CREATE INDEX "ix_approval_request_organization_id_status_expires_at" ON "approval_request" ("organization_id", "status", "expires_at");

CREATE INDEX "ix_approval_request_organization_id_policy_id" ON "approval_request" ("organization_id", "policy_id");

CREATE INDEX "ix_approval_request_organization_id_requester_id" ON "approval_request" ("organization_id", "requester_id");

CREATE INDEX "ix_approval_request_organization_id_approver_id" ON "approval_request" ("organization_id", "approver_id" NULLS FIRST);

CREATE INDEX "idx_audit_org_time" ON "audit_log" ("organization_id", "timestamp" DESC, "event_type");

CREATE INDEX "ix_compliance_report_organization_id_generated_by" ON "compliance_report" ("organization_id", "generated_by");

CREATE INDEX "ix_connector_permission_agent_id" ON "connector_permission" ("agent_id");

CREATE INDEX "ix_ennead_outbox_due_at_id" ON "ennead_outbox" ("due_at" NULLS FIRST, "id");

CREATE INDEX "ix_ennead_outbox_ordering_key_due_at" ON "ennead_outbox" ("ordering_key" NULLS FIRST, "due_at" NULLS FIRST);

CREATE INDEX "ix_ennead_outbox_tenant_id" ON "ennead_outbox" ("tenant", "id");

CREATE INDEX "ix_execution_organization_id_trace_id" ON "execution" ("organization_id", "trace_id");

CREATE INDEX "idx_execution_org_time" ON "execution" ("organization_id", "started_at" DESC NULLS LAST);

CREATE INDEX "ix_execution_organization_id_workspace_id" ON "execution" ("organization_id", "workspace_id");

CREATE INDEX "ix_execution_organization_id_gateway_id" ON "execution" ("organization_id", "gateway_id");

CREATE INDEX "ix_execution_organization_id_agent_id" ON "execution" ("organization_id", "agent_id" NULLS FIRST);

CREATE INDEX "ix_execution_organization_id_orchestration_id" ON "execution" ("organization_id", "orchestration_id" NULLS FIRST);

CREATE INDEX "ix_execution_organization_id_parent_execution_id" ON "execution" ("organization_id", "parent_execution_id" NULLS FIRST);

CREATE INDEX "ix_execution_step_agent_id" ON "execution_step" ("agent_id");

CREATE INDEX "ix_gateway_deployment_gateway_id" ON "gateway_deployment" ("gateway_id");

CREATE INDEX "ix_gateway_deployment_agent_id" ON "gateway_deployment" ("agent_id");

CREATE INDEX "ix_gateway_deployment_workspace_id" ON "gateway_deployment" ("workspace_id");

CREATE INDEX "ix_gateway_deployment_deployed_by" ON "gateway_deployment" ("deployed_by");

CREATE INDEX "ix_notification_user_id_is_read" ON "notification" ("user_id", "is_read");

CREATE INDEX "ix_orchestration_organization_id_workspace_id" ON "orchestration" ("organization_id", "workspace_id");

CREATE INDEX "ix_orchestration_organization_id_team_id" ON "orchestration" ("organization_id", "team_id" NULLS FIRST);

CREATE INDEX "ix_orchestration_organization_id_created_by" ON "orchestration" ("organization_id", "created_by");

CREATE INDEX "ix_organization_id_created_by" ON "organization" ("id", "created_by");

CREATE INDEX "ix_policy_organization_id" ON "policy" ("organization_id");

CREATE INDEX "ix_team_membership_user_id" ON "team_membership" ("user_id");

CREATE INDEX "ix_users_organization_id_sso_provider_id" ON "users" ("organization_id", "sso_provider_id" NULLS FIRST);

CREATE INDEX "ix_workspace_organization_id_gateway_id" ON "workspace" ("organization_id", "gateway_id" NULLS FIRST);

CREATE INDEX "ix_workspace_organization_id_promotion_from" ON "workspace" ("organization_id", "promotion_from" NULLS FIRST);

ALTER TABLE "agent" ADD CONSTRAINT "fk_agent_organization_id" FOREIGN KEY ("organization_id") REFERENCES "organization" ("id");

ALTER TABLE "agent" ADD CONSTRAINT "fk_agent_organization_id_workspace_id" FOREIGN KEY ("organization_id", "workspace_id") REFERENCES "workspace" ("organization_id", "id");

ALTER TABLE "agent" ADD CONSTRAINT "fk_agent_organization_id_team_id" FOREIGN KEY ("organization_id", "team_id") REFERENCES "team" ("organization_id", "id");

ALTER TABLE "agent" ADD CONSTRAINT "fk_agent_organization_id_created_by" FOREIGN KEY ("organization_id", "created_by") REFERENCES "users" ("organization_id", "id");

ALTER TABLE "agent_version" ADD CONSTRAINT "fk_agent_version_agent_id" FOREIGN KEY ("agent_id") REFERENCES "agent" ("id") ON DELETE CASCADE;

ALTER TABLE "agent_version" ADD CONSTRAINT "fk_agent_version_created_by" FOREIGN KEY ("created_by") REFERENCES "users" ("id");

ALTER TABLE "api_key" ADD CONSTRAINT "fk_api_key_organization_id" FOREIGN KEY ("organization_id") REFERENCES "organization" ("id");

ALTER TABLE "api_key" ADD CONSTRAINT "fk_api_key_organization_id_user_id" FOREIGN KEY ("organization_id", "user_id") REFERENCES "users" ("organization_id", "id") ON DELETE CASCADE;

ALTER TABLE "approval_request" ADD CONSTRAINT "fk_approval_request_organization_id" FOREIGN KEY ("organization_id") REFERENCES "organization" ("id");

ALTER TABLE "approval_request" ADD CONSTRAINT "fk_approval_request_organization_id_policy_id" FOREIGN KEY ("organization_id", "policy_id") REFERENCES "policy" ("organization_id", "id");

ALTER TABLE "approval_request" ADD CONSTRAINT "fk_approval_request_organization_id_requester_id" FOREIGN KEY ("organization_id", "requester_id") REFERENCES "users" ("organization_id", "id");

ALTER TABLE "approval_request" ADD CONSTRAINT "fk_approval_request_organization_id_approver_id" FOREIGN KEY ("organization_id", "approver_id") REFERENCES "users" ("organization_id", "id");

ALTER TABLE "audit_log" ADD CONSTRAINT "fk_audit_log_organization_id" FOREIGN KEY ("organization_id") REFERENCES "organization" ("id");

ALTER TABLE "compliance_report" ADD CONSTRAINT "fk_compliance_report_organization_id" FOREIGN KEY ("organization_id") REFERENCES "organization" ("id");

ALTER TABLE "compliance_report" ADD CONSTRAINT "fk_compliance_report_organization_id_generated_by" FOREIGN KEY ("organization_id", "generated_by") REFERENCES "users" ("organization_id", "id");

ALTER TABLE "connector" ADD CONSTRAINT "fk_connector_organization_id" FOREIGN KEY ("organization_id") REFERENCES "organization" ("id");

ALTER TABLE "connector_permission" ADD CONSTRAINT "fk_connector_permission_connector_id" FOREIGN KEY ("connector_id") REFERENCES "connector" ("id") ON DELETE CASCADE;

ALTER TABLE "connector_permission" ADD CONSTRAINT "fk_connector_permission_agent_id" FOREIGN KEY ("agent_id") REFERENCES "agent" ("id") ON DELETE CASCADE;

ALTER TABLE "execution" ADD CONSTRAINT "fk_execution_organization_id" FOREIGN KEY ("organization_id") REFERENCES "organization" ("id");

ALTER TABLE "execution" ADD CONSTRAINT "fk_execution_organization_id_workspace_id" FOREIGN KEY ("organization_id", "workspace_id") REFERENCES "workspace" ("organization_id", "id");

ALTER TABLE "execution" ADD CONSTRAINT "fk_execution_organization_id_gateway_id" FOREIGN KEY ("organization_id", "gateway_id") REFERENCES "gateway" ("organization_id", "id");

ALTER TABLE "execution" ADD CONSTRAINT "fk_execution_organization_id_agent_id" FOREIGN KEY ("organization_id", "agent_id") REFERENCES "agent" ("organization_id", "id");

ALTER TABLE "execution" ADD CONSTRAINT "fk_execution_organization_id_orchestration_id" FOREIGN KEY ("organization_id", "orchestration_id") REFERENCES "orchestration" ("organization_id", "id");

ALTER TABLE "execution" ADD CONSTRAINT "fk_execution_organization_id_parent_execution_id" FOREIGN KEY ("organization_id", "parent_execution_id") REFERENCES "execution" ("organization_id", "id");

ALTER TABLE "execution_step" ADD CONSTRAINT "fk_execution_step_execution_id" FOREIGN KEY ("execution_id") REFERENCES "execution" ("id") ON DELETE CASCADE;

ALTER TABLE "execution_step" ADD CONSTRAINT "fk_execution_step_agent_id" FOREIGN KEY ("agent_id") REFERENCES "agent" ("id");

ALTER TABLE "gateway" ADD CONSTRAINT "fk_gateway_organization_id" FOREIGN KEY ("organization_id") REFERENCES "organization" ("id");

ALTER TABLE "gateway_deployment" ADD CONSTRAINT "fk_gateway_deployment_gateway_id" FOREIGN KEY ("gateway_id") REFERENCES "gateway" ("id");

ALTER TABLE "gateway_deployment" ADD CONSTRAINT "fk_gateway_deployment_agent_id" FOREIGN KEY ("agent_id") REFERENCES "agent" ("id");

ALTER TABLE "gateway_deployment" ADD CONSTRAINT "fk_gateway_deployment_workspace_id" FOREIGN KEY ("workspace_id") REFERENCES "workspace" ("id");

ALTER TABLE "gateway_deployment" ADD CONSTRAINT "fk_gateway_deployment_deployed_by" FOREIGN KEY ("deployed_by") REFERENCES "users" ("id");

ALTER TABLE "notification" ADD CONSTRAINT "fk_notification_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE;

ALTER TABLE "orchestration" ADD CONSTRAINT "fk_orchestration_organization_id" FOREIGN KEY ("organization_id") REFERENCES "organization" ("id");

ALTER TABLE "orchestration" ADD CONSTRAINT "fk_orchestration_organization_id_workspace_id" FOREIGN KEY ("organization_id", "workspace_id") REFERENCES "workspace" ("organization_id", "id");

ALTER TABLE "orchestration" ADD CONSTRAINT "fk_orchestration_organization_id_team_id" FOREIGN KEY ("organization_id", "team_id") REFERENCES "team" ("organization_id", "id");

ALTER TABLE "orchestration" ADD CONSTRAINT "fk_orchestration_organization_id_created_by" FOREIGN KEY ("organization_id", "created_by") REFERENCES "users" ("organization_id", "id");

ALTER TABLE "organization" ADD CONSTRAINT "fk_organization_id_created_by" FOREIGN KEY ("id", "created_by") REFERENCES "users" ("organization_id", "id") DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE "policy" ADD CONSTRAINT "fk_policy_organization_id" FOREIGN KEY ("organization_id") REFERENCES "organization" ("id");

ALTER TABLE "policy_assignment" ADD CONSTRAINT "fk_policy_assignment_policy_id" FOREIGN KEY ("policy_id") REFERENCES "policy" ("id") ON DELETE CASCADE;

ALTER TABLE "sso_configuration" ADD CONSTRAINT "fk_sso_configuration_organization_id" FOREIGN KEY ("organization_id") REFERENCES "organization" ("id");

ALTER TABLE "subscription" ADD CONSTRAINT "fk_subscription_organization_id" FOREIGN KEY ("organization_id") REFERENCES "organization" ("id");

ALTER TABLE "team" ADD CONSTRAINT "fk_team_organization_id" FOREIGN KEY ("organization_id") REFERENCES "organization" ("id");

ALTER TABLE "team_membership" ADD CONSTRAINT "fk_team_membership_team_id" FOREIGN KEY ("team_id") REFERENCES "team" ("id") ON DELETE CASCADE;

ALTER TABLE "team_membership" ADD CONSTRAINT "fk_team_membership_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE;

ALTER TABLE "usage_record" ADD CONSTRAINT "fk_usage_record_organization_id" FOREIGN KEY ("organization_id") REFERENCES "organization" ("id");

ALTER TABLE "users" ADD CONSTRAINT "fk_users_organization_id" FOREIGN KEY ("organization_id") REFERENCES "organization" ("id");

ALTER TABLE "users" ADD CONSTRAINT "fk_users_organization_id_sso_provider_id" FOREIGN KEY ("organization_id", "sso_provider_id") REFERENCES "sso_configuration" ("organization_id", "id");

ALTER TABLE "webhook_endpoint" ADD CONSTRAINT "fk_webhook_endpoint_organization_id" FOREIGN KEY ("organization_id") REFERENCES "organization" ("id");

ALTER TABLE "workspace" ADD CONSTRAINT "fk_workspace_organization_id" FOREIGN KEY ("organization_id") REFERENCES "organization" ("id");

ALTER TABLE "workspace" ADD CONSTRAINT "fk_workspace_organization_id_gateway_id" FOREIGN KEY ("organization_id", "gateway_id") REFERENCES "gateway" ("organization_id", "id");

ALTER TABLE "workspace" ADD CONSTRAINT "fk_workspace_organization_id_promotion_from" FOREIGN KEY ("organization_id", "promotion_from") REFERENCES "workspace" ("organization_id", "id");

COMMENT ON TABLE "agent" IS 'Agent definition.';

COMMENT ON COLUMN "agent"."is_public" IS 'Whether it is offered in the marketplace.';

COMMENT ON TABLE "agent_version" IS 'Agent version history.';

COMMENT ON TABLE "api_key" IS 'Organization or user API key.';

COMMENT ON COLUMN "api_key"."user_id" IS 'Not set: the key is the organization''s.';

COMMENT ON COLUMN "api_key"."key_hash" IS 'The key itself is kept nowhere.';

COMMENT ON COLUMN "api_key"."key_prefix" IS 'The first 8 characters, for display.';

COMMENT ON COLUMN "api_key"."scopes" IS 'What it may do: `agent:read`, `agent:execute`.';

COMMENT ON TABLE "approval_request" IS 'Pending approval for action.';

COMMENT ON COLUMN "approval_request"."rule_name" IS 'The rule of the policy that asks for it.';

COMMENT ON COLUMN "approval_request"."resource_id" IS 'What is asked for, as the type says.';

COMMENT ON COLUMN "approval_request"."context" IS 'Additional context.';

COMMENT ON TABLE "audit_log" IS 'Immutable audit trail: of an event only the result may come in later.';

COMMENT ON COLUMN "audit_log"."actor_id" IS 'A user, a key or a part of the system, as the type says.';

COMMENT ON COLUMN "audit_log"."resource_id" IS 'A row of the table that the type names.';

COMMENT ON COLUMN "audit_log"."changes" IS 'Before and after, for updates.';

COMMENT ON COLUMN "audit_log"."context" IS 'Additional metadata.';

COMMENT ON TABLE "compliance_report" IS 'Generated compliance report.';

COMMENT ON TABLE "connector" IS 'Data source connector.';

COMMENT ON COLUMN "connector"."name" IS 'Unique within its organization.';

COMMENT ON COLUMN "connector"."connector_type" IS 'What it connects to: `postgresql`, `salesforce`, `s3`; the list is open.';

COMMENT ON COLUMN "connector"."connection_config_encrypted" IS 'How to connect, encrypted.';

COMMENT ON COLUMN "connector"."allowed_operations" IS '`read`, `write`.';

COMMENT ON COLUMN "connector"."allowed_objects" IS 'What of the source may be used: `Account`, `Contact`.';

COMMENT ON TABLE "connector_permission" IS 'Agent permission to use connector.';

COMMENT ON COLUMN "connector_permission"."operations" IS '`read`, `write`.';

COMMENT ON TABLE "ennead_outbox" IS 'An event on its way to one destination: a row of the table `ennead_outbox`, which a schema has that lists this model.

The library alone writes it: [`emit`](super::emit) in the scope of the change, and the dispatcher. A tenant reads its own, typed and
by name as `ListOutboxEventNode`; events of no tenant are read by name on the [`Db`](crate::Db), and `across_tenants` sees all.

Where `delivered_at` and `dead_at` are both none it is open: due at `due_at`, or in the hands of a dispatcher until then.';

COMMENT ON COLUMN "ennead_outbox"."id" IS 'Counts the deliveries: those with one ordering key are tried in this order.';

COMMENT ON COLUMN "ennead_outbox"."tenant" IS 'The tenant whose event it is, as text; empty where it belongs to none.';

COMMENT ON COLUMN "ennead_outbox"."event" IS 'The event''s own id, the same for each of its destinations and each attempt: what a receiver knows it by.';

COMMENT ON COLUMN "ennead_outbox"."topic" IS 'What happened, in the application''s words: `agent.deployed`.';

COMMENT ON COLUMN "ennead_outbox"."payload" IS 'What there is to tell.';

COMMENT ON COLUMN "ennead_outbox"."destination" IS 'To whom, in the application''s words: the id of an endpoint. None where the sink knows it by itself.';

COMMENT ON COLUMN "ennead_outbox"."ordering_key" IS 'Events of one tenant to one destination with the same key are delivered one after the other.';

COMMENT ON COLUMN "ennead_outbox"."created_at" IS 'When it was written.';

COMMENT ON COLUMN "ennead_outbox"."attempts" IS 'How often a dispatcher took it.';

COMMENT ON COLUMN "ennead_outbox"."due_at" IS 'When it is tried next; while a dispatcher has it, when its lease ends. None when there is nothing left to do.';

COMMENT ON COLUMN "ennead_outbox"."claim" IS 'The dispatcher''s hold on it.';

COMMENT ON COLUMN "ennead_outbox"."delivered_at" IS 'When it was delivered.';

COMMENT ON COLUMN "ennead_outbox"."dead_at" IS 'When it was given up.';

COMMENT ON COLUMN "ennead_outbox"."last_error" IS 'Why the last attempt failed, in the sink''s words.';

COMMENT ON TABLE "execution" IS 'Agent/orchestration execution.';

COMMENT ON COLUMN "execution"."agent_id" IS 'What was executed, if it was an agent.';

COMMENT ON COLUMN "execution"."orchestration_id" IS 'What was executed, if it was an orchestration.';

COMMENT ON COLUMN "execution"."triggered_by" IS 'A user, or `api_key:` and a key.';

COMMENT ON COLUMN "execution"."parent_execution_id" IS 'The orchestration''s execution that this one is a part of.';

COMMENT ON TABLE "execution_step" IS 'Step within orchestration execution.';

COMMENT ON TABLE "gateway" IS 'Nexus gateway instance.';

COMMENT ON COLUMN "gateway"."name" IS 'Unique within its organization.';

COMMENT ON COLUMN "gateway"."ssl_cert_id" IS 'The certificate''s name where certificates are kept.';

COMMENT ON COLUMN "gateway"."global_rate_limit" IS 'Requests per minute, all together.';

COMMENT ON COLUMN "gateway"."per_agent_rate_limit" IS 'Requests per minute to one agent.';

COMMENT ON COLUMN "gateway"."per_user_rate_limit" IS 'Requests per minute of one user.';

COMMENT ON COLUMN "gateway"."auth_methods" IS 'How callers may prove who they are: `api_key`, `jwt`.';

COMMENT ON TABLE "gateway_deployment" IS 'Agent deployed to gateway.';

COMMENT ON COLUMN "gateway_deployment"."weight" IS 'Its share of the traffic, beside the other versions.';

COMMENT ON TABLE "notification" IS 'User notification.';

COMMENT ON COLUMN "notification"."notification_type" IS 'What it is about: `approval_request`, `budget_warning`; the list is open.';

COMMENT ON COLUMN "notification"."link" IS 'Where to go from it.';

COMMENT ON TABLE "orchestration" IS 'Multi-agent orchestration.';

COMMENT ON COLUMN "orchestration"."pattern" IS 'How its agents work together.';

COMMENT ON COLUMN "orchestration"."agent_ids" IS 'Its agents, in no order that matters.';

COMMENT ON TABLE "organization" IS 'Top-level tenant.';

COMMENT ON COLUMN "organization"."slug" IS 'URL-safe identifier.';

COMMENT ON COLUMN "organization"."created_by" IS 'The user who signed the organization up. Each needs the other, so the database checks this one at COMMIT.';

COMMENT ON TABLE "policy" IS 'Access control policy.';

COMMENT ON COLUMN "policy"."rules_yaml" IS 'The policy itself, in YAML.';

COMMENT ON COLUMN "policy"."is_system" IS 'Built-in rather than custom.';

COMMENT ON COLUMN "policy"."priority" IS 'Higher is evaluated first.';

COMMENT ON TABLE "policy_assignment" IS 'Policy assigned to team/user.';

COMMENT ON COLUMN "policy_assignment"."assignee_id" IS 'A team or a user, as the type says.';

COMMENT ON TABLE "sso_configuration" IS 'SSO provider configuration.';

COMMENT ON COLUMN "sso_configuration"."config_encrypted" IS 'The provider''s own settings, encrypted.';

COMMENT ON COLUMN "sso_configuration"."jit_enabled" IS 'Whether users are made when they first sign in.';

COMMENT ON COLUMN "sso_configuration"."default_role" IS 'The role of users who are made so.';

COMMENT ON COLUMN "sso_configuration"."role_mappings" IS 'The provider''s groups, and the role that each gives.';

COMMENT ON COLUMN "sso_configuration"."allowed_domains" IS 'The domains of e-mail addresses that may sign in.';

COMMENT ON TABLE "subscription" IS 'Billing subscription.';

COMMENT ON COLUMN "subscription"."stripe_subscription_id" IS 'Its name at Stripe.';

COMMENT ON TABLE "team" IS 'Team within organization.';

COMMENT ON COLUMN "team"."name" IS 'Unique within its organization.';

COMMENT ON COLUMN "team"."budget_limit_usd" IS 'No limit when it is not set.';

COMMENT ON TABLE "team_membership" IS 'User-Team relationship.';

COMMENT ON TABLE "usage_record" IS 'Monthly usage tracking.';

COMMENT ON TABLE "users" IS 'Platform user.';

COMMENT ON COLUMN "users"."email" IS 'Unique within its organization.';

COMMENT ON COLUMN "users"."sso_provider_id" IS 'The provider that it signs in by, if it is an SSO user.';

COMMENT ON TABLE "webhook_endpoint" IS 'Webhook configuration.';

COMMENT ON COLUMN "webhook_endpoint"."secret" IS 'Signs what is sent, so that its receiver can verify it. Encrypted, and hidden as all that is.';

COMMENT ON COLUMN "webhook_endpoint"."events" IS 'What it is told of: `agent.deployed`, `execution.failed`.';

COMMENT ON TABLE "workspace" IS 'Environment (dev/staging/prod).';

COMMENT ON COLUMN "workspace"."name" IS 'Unique within its organization.';

COMMENT ON COLUMN "workspace"."gateway_id" IS 'Assigned gateway.';

COMMENT ON COLUMN "workspace"."promotion_from" IS 'The workspace that agents are promoted from.';

COMMENT ON COLUMN "workspace"."requires_approval" IS 'Whether a promotion waits for approval.';

COMMENT ON COLUMN "workspace"."required_approvers" IS 'Who approves promotions, by role: `tech_lead`.';
