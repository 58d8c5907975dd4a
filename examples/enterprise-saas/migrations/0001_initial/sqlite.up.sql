-- 0001_initial, up, for sqlite. Made by `migrate new`; it may be edited until it is applied.

CREATE TABLE "ennead_outbox"
-- An event on its way to one destination: a row of the table `ennead_outbox`, which a schema has that lists this model.
--
-- The library alone writes it: [`emit`](super::emit) in the scope of the change, and the dispatcher. A tenant reads its own, typed and
-- by name as `ListOutboxEventNode`; events of no tenant are read by name on the [`Db`](crate::Db), and `across_tenants` sees all.
--
-- Where `delivered_at` and `dead_at` are both none it is open: due at `due_at`, or in the hands of a dispatcher until then.
(
    -- Counts the deliveries: those with one ordering key are tried in this order.
    "id" INTEGER NOT NULL CONSTRAINT "pk_ennead_outbox" PRIMARY KEY AUTOINCREMENT,
    -- The tenant whose event it is, as text; empty where it belongs to none.
    "tenant" TEXT NOT NULL,
    -- The event's own id, the same for each of its destinations and each attempt: what a receiver knows it by.
    "event" TEXT NOT NULL,
    -- What happened, in the application's words: `agent.deployed`.
    "topic" TEXT NOT NULL,
    -- What there is to tell.
    "payload" TEXT NOT NULL,
    -- To whom, in the application's words: the id of an endpoint. None where the sink knows it by itself.
    "destination" TEXT,
    -- Events of one tenant to one destination with the same key are delivered one after the other.
    "ordering_key" TEXT,
    -- When it was written.
    "created_at" TEXT NOT NULL,
    -- How often a dispatcher took it.
    "attempts" INTEGER NOT NULL DEFAULT 0,
    -- When it is tried next; while a dispatcher has it, when its lease ends. None when there is nothing left to do.
    "due_at" TEXT,
    -- The dispatcher's hold on it.
    "claim" TEXT,
    -- When it was delivered.
    "delivered_at" TEXT,
    -- When it was given up.
    "dead_at" TEXT,
    -- Why the last attempt failed, in the sink's words.
    "last_error" TEXT,
    CONSTRAINT "ck_ennead_outbox_payload_type" CHECK (json_valid("payload")),
    CONSTRAINT "ck_ennead_outbox_topic_length" CHECK (length("topic") >= 1 AND length("topic") <= 200),
    CONSTRAINT "ck_ennead_outbox_destination_length" CHECK (length("destination") <= 200),
    CONSTRAINT "ck_ennead_outbox_ordering_key_length" CHECK (length("ordering_key") <= 200)
) STRICT;

CREATE TABLE "organization"
-- Top-level tenant.
(
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    -- URL-safe identifier.
    "slug" TEXT NOT NULL,
    "logo_url" TEXT,
    "status" TEXT NOT NULL DEFAULT 'active',
    "plan_tier" TEXT NOT NULL DEFAULT 'free',
    -- The user who signed the organization up. Each needs the other, so the database checks this one at COMMIT.
    "created_by" TEXT NOT NULL,
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_organization" PRIMARY KEY ("id"),
    CONSTRAINT "uq_organization_slug" UNIQUE ("slug"),
    CONSTRAINT "fk_organization_id_created_by" FOREIGN KEY ("id", "created_by") REFERENCES "users" ("organization_id", "id") DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT "ck_organization_status_type" CHECK ("status" IN ('active', 'suspended', 'deleted')),
    CONSTRAINT "ck_organization_plan_tier_type" CHECK ("plan_tier" IN ('free', 'pro', 'enterprise'))
) STRICT;

CREATE TABLE "audit_log"
-- Immutable audit trail: of an event only the result may come in later.
(
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "timestamp" TEXT NOT NULL,
    "actor_type" TEXT NOT NULL,
    -- A user, a key or a part of the system, as the type says.
    "actor_id" TEXT NOT NULL,
    "actor_email" TEXT,
    "actor_ip" TEXT,
    "event_type" TEXT NOT NULL,
    "resource_type" TEXT NOT NULL,
    -- A row of the table that the type names.
    "resource_id" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    -- Before and after, for updates.
    "changes" TEXT NOT NULL,
    -- Additional metadata.
    "context" TEXT NOT NULL,
    "result" TEXT NOT NULL,
    "error_message" TEXT,
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_audit_log" PRIMARY KEY ("organization_id", "id"),
    CONSTRAINT "fk_audit_log_organization_id" FOREIGN KEY ("organization_id") REFERENCES "organization" ("id"),
    CONSTRAINT "ck_audit_log_actor_type_type" CHECK ("actor_type" IN ('user', 'api_key', 'system')),
    CONSTRAINT "ck_audit_log_changes_type" CHECK (json_valid("changes")),
    CONSTRAINT "ck_audit_log_context_type" CHECK (json_valid("context")),
    CONSTRAINT "ck_audit_log_result_type" CHECK ("result" IN ('success', 'failure'))
) STRICT;

CREATE TABLE "connector"
-- Data source connector.
(
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    -- Unique within its organization.
    "name" TEXT NOT NULL,
    -- What it connects to: `postgresql`, `salesforce`, `s3`; the list is open.
    "connector_type" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'connected',
    -- How to connect, encrypted.
    "connection_config_encrypted" BLOB NOT NULL,
    -- `read`, `write`.
    "allowed_operations" TEXT NOT NULL,
    -- What of the source may be used: `Account`, `Contact`.
    "allowed_objects" TEXT NOT NULL,
    "mask_pii" INTEGER NOT NULL DEFAULT 1,
    "audit_queries" INTEGER NOT NULL DEFAULT 1,
    "cache_enabled" INTEGER NOT NULL DEFAULT 0,
    "cache_ttl_seconds" INTEGER NOT NULL DEFAULT 300,
    "queries_per_minute" INTEGER NOT NULL DEFAULT 60,
    "last_test_at" TEXT,
    "last_test_status" TEXT NOT NULL,
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_connector" PRIMARY KEY ("id"),
    CONSTRAINT "uq_connector_organization_id_name" UNIQUE ("organization_id", "name"),
    CONSTRAINT "fk_connector_organization_id" FOREIGN KEY ("organization_id") REFERENCES "organization" ("id"),
    CONSTRAINT "ck_connector_status_type" CHECK ("status" IN ('connected', 'error', 'disabled')),
    CONSTRAINT "ck_connector_allowed_operations_type" CHECK (json_valid("allowed_operations")),
    CONSTRAINT "ck_connector_allowed_objects_type" CHECK (json_valid("allowed_objects")),
    CONSTRAINT "ck_connector_mask_pii_type" CHECK ("mask_pii" IN (0, 1)),
    CONSTRAINT "ck_connector_audit_queries_type" CHECK ("audit_queries" IN (0, 1)),
    CONSTRAINT "ck_connector_cache_enabled_type" CHECK ("cache_enabled" IN (0, 1))
) STRICT;

CREATE TABLE "gateway"
-- Nexus gateway instance.
(
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    -- Unique within its organization.
    "name" TEXT NOT NULL,
    "gateway_type" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'provisioning',
    "api_url" TEXT NOT NULL,
    "api_port" INTEGER NOT NULL,
    "mcp_url" TEXT,
    "mcp_port" INTEGER,
    "ssl_enabled" INTEGER NOT NULL DEFAULT 1,
    -- The certificate's name where certificates are kept.
    "ssl_cert_id" TEXT,
    "min_instances" INTEGER NOT NULL DEFAULT 1,
    "max_instances" INTEGER NOT NULL DEFAULT 1,
    "current_instances" INTEGER NOT NULL DEFAULT 0,
    -- Requests per minute, all together.
    "global_rate_limit" INTEGER NOT NULL,
    -- Requests per minute to one agent.
    "per_agent_rate_limit" INTEGER NOT NULL,
    -- Requests per minute of one user.
    "per_user_rate_limit" INTEGER NOT NULL,
    -- How callers may prove who they are: `api_key`, `jwt`.
    "auth_methods" TEXT NOT NULL,
    "jwt_issuer" TEXT,
    "last_health_check" TEXT,
    "health_status" TEXT NOT NULL DEFAULT 'healthy',
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_gateway" PRIMARY KEY ("id"),
    CONSTRAINT "uq_gateway_organization_id_name" UNIQUE ("organization_id", "name"),
    CONSTRAINT "uq_gateway_organization_id_id" UNIQUE ("organization_id", "id"),
    CONSTRAINT "fk_gateway_organization_id" FOREIGN KEY ("organization_id") REFERENCES "organization" ("id"),
    CONSTRAINT "ck_gateway_gateway_type_type" CHECK ("gateway_type" IN ('shared', 'dedicated', 'private')),
    CONSTRAINT "ck_gateway_status_type" CHECK ("status" IN ('running', 'stopped', 'provisioning', 'error')),
    CONSTRAINT "ck_gateway_ssl_enabled_type" CHECK ("ssl_enabled" IN (0, 1)),
    CONSTRAINT "ck_gateway_auth_methods_type" CHECK (json_valid("auth_methods")),
    CONSTRAINT "ck_gateway_health_status_type" CHECK ("health_status" IN ('healthy', 'degraded', 'unhealthy')),
    CONSTRAINT "ck_gateway_api_port" CHECK (api_port BETWEEN 1 AND 65535),
    CONSTRAINT "ck_gateway_mcp_port" CHECK (mcp_port BETWEEN 1 AND 65535)
) STRICT;

CREATE TABLE "policy"
-- Access control policy.
(
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "policy_type" TEXT NOT NULL,
    -- The policy itself, in YAML.
    "rules_yaml" TEXT NOT NULL,
    -- Built-in rather than custom.
    "is_system" INTEGER NOT NULL DEFAULT 0,
    "is_enabled" INTEGER NOT NULL DEFAULT 1,
    -- Higher is evaluated first.
    "priority" INTEGER NOT NULL DEFAULT 0,
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_policy" PRIMARY KEY ("id"),
    CONSTRAINT "uq_policy_organization_id_id" UNIQUE ("organization_id", "id"),
    CONSTRAINT "fk_policy_organization_id" FOREIGN KEY ("organization_id") REFERENCES "organization" ("id"),
    CONSTRAINT "ck_policy_policy_type_type" CHECK ("policy_type" IN ('rbac', 'abac', 'budget')),
    CONSTRAINT "ck_policy_is_system_type" CHECK ("is_system" IN (0, 1)),
    CONSTRAINT "ck_policy_is_enabled_type" CHECK ("is_enabled" IN (0, 1))
) STRICT;

CREATE TABLE "policy_assignment"
-- Policy assigned to team/user.
(
    "id" TEXT NOT NULL,
    "policy_id" TEXT NOT NULL,
    "assignee_type" TEXT NOT NULL,
    -- A team or a user, as the type says.
    "assignee_id" TEXT NOT NULL,
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_policy_assignment" PRIMARY KEY ("id"),
    CONSTRAINT "uq_policy_assignment_policy_id_assignee_type_assignee_id" UNIQUE ("policy_id", "assignee_type", "assignee_id"),
    CONSTRAINT "fk_policy_assignment_policy_id" FOREIGN KEY ("policy_id") REFERENCES "policy" ("id") ON DELETE CASCADE,
    CONSTRAINT "ck_policy_assignment_assignee_type_type" CHECK ("assignee_type" IN ('team', 'user'))
) STRICT;

CREATE TABLE "sso_configuration"
-- SSO provider configuration.
(
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "provider_type" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "is_enabled" INTEGER NOT NULL DEFAULT 1,
    -- The provider's own settings, encrypted.
    "config_encrypted" BLOB NOT NULL,
    -- Whether users are made when they first sign in.
    "jit_enabled" INTEGER NOT NULL DEFAULT 0,
    -- The role of users who are made so.
    "default_role" TEXT NOT NULL DEFAULT 'viewer',
    -- The provider's groups, and the role that each gives.
    "role_mappings" TEXT NOT NULL,
    -- The domains of e-mail addresses that may sign in.
    "allowed_domains" TEXT NOT NULL,
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_sso_configuration" PRIMARY KEY ("organization_id", "id"),
    CONSTRAINT "fk_sso_configuration_organization_id" FOREIGN KEY ("organization_id") REFERENCES "organization" ("id"),
    CONSTRAINT "ck_sso_configuration_provider_type_type" CHECK ("provider_type" IN ('azure_ad', 'okta', 'google', 'saml', 'oidc')),
    CONSTRAINT "ck_sso_configuration_is_enabled_type" CHECK ("is_enabled" IN (0, 1)),
    CONSTRAINT "ck_sso_configuration_jit_enabled_type" CHECK ("jit_enabled" IN (0, 1)),
    CONSTRAINT "ck_sso_configuration_default_role_type" CHECK ("default_role" IN ('org_owner', 'org_admin', 'developer', 'operator', 'viewer')),
    CONSTRAINT "ck_sso_configuration_role_mappings_type" CHECK (json_valid("role_mappings")),
    CONSTRAINT "ck_sso_configuration_allowed_domains_type" CHECK (json_valid("allowed_domains"))
) STRICT;

CREATE TABLE "subscription"
-- Billing subscription.
(
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "plan_id" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'active',
    "billing_cycle" TEXT NOT NULL,
    "current_period_start" TEXT NOT NULL,
    "current_period_end" TEXT NOT NULL,
    -- Its name at Stripe.
    "stripe_subscription_id" TEXT,
    "max_users" INTEGER NOT NULL,
    "max_agents" INTEGER NOT NULL,
    "max_executions_per_month" INTEGER NOT NULL,
    "max_storage_gb" INTEGER NOT NULL,
    "max_gateways" INTEGER NOT NULL,
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_subscription" PRIMARY KEY ("organization_id", "id"),
    CONSTRAINT "uq_subscription_stripe_subscription_id" UNIQUE ("stripe_subscription_id"),
    CONSTRAINT "fk_subscription_organization_id" FOREIGN KEY ("organization_id") REFERENCES "organization" ("id"),
    CONSTRAINT "ck_subscription_status_type" CHECK ("status" IN ('active', 'cancelled', 'past_due')),
    CONSTRAINT "ck_subscription_billing_cycle_type" CHECK ("billing_cycle" IN ('monthly', 'annual'))
) STRICT;

CREATE TABLE "team"
-- Team within organization.
(
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    -- Unique within its organization.
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    -- No limit when it is not set.
    "budget_limit_usd" REAL,
    "current_spend_usd" REAL NOT NULL DEFAULT 0.0,
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_team" PRIMARY KEY ("id"),
    CONSTRAINT "uq_team_organization_id_name" UNIQUE ("organization_id", "name"),
    CONSTRAINT "uq_team_organization_id_id" UNIQUE ("organization_id", "id"),
    CONSTRAINT "fk_team_organization_id" FOREIGN KEY ("organization_id") REFERENCES "organization" ("id")
) STRICT;

CREATE TABLE "usage_record"
-- Monthly usage tracking.
(
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "period_start" TEXT NOT NULL,
    "period_end" TEXT NOT NULL,
    "users_count" INTEGER NOT NULL DEFAULT 0,
    "agents_count" INTEGER NOT NULL DEFAULT 0,
    "executions_count" INTEGER NOT NULL DEFAULT 0,
    "storage_gb" REAL NOT NULL DEFAULT 0.0,
    "gateways_count" INTEGER NOT NULL DEFAULT 0,
    "cost_usd" REAL NOT NULL DEFAULT 0.0,
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_usage_record" PRIMARY KEY ("organization_id", "id"),
    CONSTRAINT "uq_usage_record_organization_id_period_start" UNIQUE ("organization_id", "period_start"),
    CONSTRAINT "fk_usage_record_organization_id" FOREIGN KEY ("organization_id") REFERENCES "organization" ("id")
) STRICT;

CREATE TABLE "users"
-- Platform user.
(
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    -- Unique within its organization.
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "avatar_url" TEXT,
    "status" TEXT NOT NULL DEFAULT 'invited',
    "role" TEXT NOT NULL,
    "last_login_at" TEXT,
    "mfa_enabled" INTEGER NOT NULL DEFAULT 0,
    -- The provider that it signs in by, if it is an SSO user.
    "sso_provider_id" TEXT,
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_users" PRIMARY KEY ("id"),
    CONSTRAINT "uq_users_organization_id_email" UNIQUE ("organization_id", "email"),
    CONSTRAINT "uq_users_organization_id_id" UNIQUE ("organization_id", "id"),
    CONSTRAINT "fk_users_organization_id" FOREIGN KEY ("organization_id") REFERENCES "organization" ("id"),
    CONSTRAINT "fk_users_organization_id_sso_provider_id" FOREIGN KEY ("organization_id", "sso_provider_id") REFERENCES "sso_configuration" ("organization_id", "id"),
    CONSTRAINT "ck_users_status_type" CHECK ("status" IN ('active', 'invited', 'suspended')),
    CONSTRAINT "ck_users_role_type" CHECK ("role" IN ('org_owner', 'org_admin', 'developer', 'operator', 'viewer')),
    CONSTRAINT "ck_users_mfa_enabled_type" CHECK ("mfa_enabled" IN (0, 1))
) STRICT;

CREATE TABLE "api_key"
-- Organization or user API key.
(
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    -- Not set: the key is the organization's.
    "user_id" TEXT,
    "name" TEXT NOT NULL,
    -- The key itself is kept nowhere.
    "key_hash" TEXT NOT NULL,
    -- The first 8 characters, for display.
    "key_prefix" TEXT NOT NULL,
    -- What it may do: `agent:read`, `agent:execute`.
    "scopes" TEXT NOT NULL,
    "expires_at" TEXT,
    "last_used_at" TEXT,
    "is_active" INTEGER NOT NULL DEFAULT 1,
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_api_key" PRIMARY KEY ("organization_id", "id"),
    CONSTRAINT "uq_api_key_key_hash" UNIQUE ("key_hash"),
    CONSTRAINT "fk_api_key_organization_id" FOREIGN KEY ("organization_id") REFERENCES "organization" ("id"),
    CONSTRAINT "fk_api_key_organization_id_user_id" FOREIGN KEY ("organization_id", "user_id") REFERENCES "users" ("organization_id", "id") ON DELETE CASCADE,
    CONSTRAINT "ck_api_key_scopes_type" CHECK (json_valid("scopes")),
    CONSTRAINT "ck_api_key_is_active_type" CHECK ("is_active" IN (0, 1))
) STRICT;

CREATE TABLE "approval_request"
-- Pending approval for action.
(
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "policy_id" TEXT NOT NULL,
    -- The rule of the policy that asks for it.
    "rule_name" TEXT NOT NULL,
    "requester_id" TEXT NOT NULL,
    "resource_type" TEXT NOT NULL,
    -- What is asked for, as the type says.
    "resource_id" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    -- Additional context.
    "context" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'pending',
    "approver_id" TEXT,
    "approved_at" TEXT,
    "expires_at" TEXT NOT NULL,
    "reason" TEXT,
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_approval_request" PRIMARY KEY ("organization_id", "id"),
    CONSTRAINT "fk_approval_request_organization_id" FOREIGN KEY ("organization_id") REFERENCES "organization" ("id"),
    CONSTRAINT "fk_approval_request_organization_id_policy_id" FOREIGN KEY ("organization_id", "policy_id") REFERENCES "policy" ("organization_id", "id"),
    CONSTRAINT "fk_approval_request_organization_id_requester_id" FOREIGN KEY ("organization_id", "requester_id") REFERENCES "users" ("organization_id", "id"),
    CONSTRAINT "fk_approval_request_organization_id_approver_id" FOREIGN KEY ("organization_id", "approver_id") REFERENCES "users" ("organization_id", "id"),
    CONSTRAINT "ck_approval_request_resource_type_type" CHECK ("resource_type" IN ('agent', 'orchestration', 'connector')),
    CONSTRAINT "ck_approval_request_context_type" CHECK (json_valid("context")),
    CONSTRAINT "ck_approval_request_status_type" CHECK ("status" IN ('pending', 'approved', 'rejected', 'expired'))
) STRICT;

CREATE TABLE "compliance_report"
-- Generated compliance report.
(
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "report_type" TEXT NOT NULL,
    "period_start" TEXT NOT NULL,
    "period_end" TEXT NOT NULL,
    "generated_at" TEXT NOT NULL,
    "generated_by" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'generating',
    "report_url" TEXT,
    "findings" TEXT NOT NULL,
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_compliance_report" PRIMARY KEY ("organization_id", "id"),
    CONSTRAINT "fk_compliance_report_organization_id" FOREIGN KEY ("organization_id") REFERENCES "organization" ("id"),
    CONSTRAINT "fk_compliance_report_organization_id_generated_by" FOREIGN KEY ("organization_id", "generated_by") REFERENCES "users" ("organization_id", "id"),
    CONSTRAINT "ck_compliance_report_report_type_type" CHECK ("report_type" IN ('soc2', 'gdpr', 'hipaa')),
    CONSTRAINT "ck_compliance_report_status_type" CHECK ("status" IN ('generating', 'completed', 'failed')),
    CONSTRAINT "ck_compliance_report_findings_type" CHECK (json_valid("findings"))
) STRICT;

CREATE TABLE "notification"
-- User notification.
(
    "id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    -- What it is about: `approval_request`, `budget_warning`; the list is open.
    "notification_type" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    -- Where to go from it.
    "link" TEXT,
    "is_read" INTEGER NOT NULL DEFAULT 0,
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_notification" PRIMARY KEY ("id"),
    CONSTRAINT "fk_notification_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE,
    CONSTRAINT "ck_notification_is_read_type" CHECK ("is_read" IN (0, 1))
) STRICT;

CREATE TABLE "team_membership"
-- User-Team relationship.
(
    "id" TEXT NOT NULL,
    "team_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "role" TEXT NOT NULL DEFAULT 'member',
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_team_membership" PRIMARY KEY ("id"),
    CONSTRAINT "uq_team_membership_team_id_user_id" UNIQUE ("team_id", "user_id"),
    CONSTRAINT "fk_team_membership_team_id" FOREIGN KEY ("team_id") REFERENCES "team" ("id") ON DELETE CASCADE,
    CONSTRAINT "fk_team_membership_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE,
    CONSTRAINT "ck_team_membership_role_type" CHECK ("role" IN ('lead', 'member'))
) STRICT;

CREATE TABLE "webhook_endpoint"
-- Webhook configuration.
(
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    -- Signs what is sent, so that its receiver can verify it. Encrypted, and hidden as all that is.
    "secret" BLOB NOT NULL,
    -- What it is told of: `agent.deployed`, `execution.failed`.
    "events" TEXT NOT NULL,
    "is_active" INTEGER NOT NULL DEFAULT 1,
    "last_triggered_at" TEXT,
    "failure_count" INTEGER NOT NULL DEFAULT 0,
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_webhook_endpoint" PRIMARY KEY ("organization_id", "id"),
    CONSTRAINT "fk_webhook_endpoint_organization_id" FOREIGN KEY ("organization_id") REFERENCES "organization" ("id"),
    CONSTRAINT "ck_webhook_endpoint_events_type" CHECK (json_valid("events")),
    CONSTRAINT "ck_webhook_endpoint_is_active_type" CHECK ("is_active" IN (0, 1))
) STRICT;

CREATE TABLE "workspace"
-- Environment (dev/staging/prod).
(
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    -- Unique within its organization.
    "name" TEXT NOT NULL,
    "environment_type" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    -- Assigned gateway.
    "gateway_id" TEXT,
    "max_agents" INTEGER NOT NULL,
    "max_concurrent_executions" INTEGER NOT NULL,
    -- The workspace that agents are promoted from.
    "promotion_from" TEXT,
    -- Whether a promotion waits for approval.
    "requires_approval" INTEGER NOT NULL DEFAULT 0,
    -- Who approves promotions, by role: `tech_lead`.
    "required_approvers" TEXT NOT NULL,
    "pii_allowed" INTEGER NOT NULL DEFAULT 0,
    "encryption_required" INTEGER NOT NULL DEFAULT 1,
    "retention_days" INTEGER NOT NULL DEFAULT 90,
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_workspace" PRIMARY KEY ("id"),
    CONSTRAINT "uq_workspace_organization_id_name" UNIQUE ("organization_id", "name"),
    CONSTRAINT "uq_workspace_organization_id_id" UNIQUE ("organization_id", "id"),
    CONSTRAINT "fk_workspace_organization_id" FOREIGN KEY ("organization_id") REFERENCES "organization" ("id"),
    CONSTRAINT "fk_workspace_organization_id_gateway_id" FOREIGN KEY ("organization_id", "gateway_id") REFERENCES "gateway" ("organization_id", "id"),
    CONSTRAINT "fk_workspace_organization_id_promotion_from" FOREIGN KEY ("organization_id", "promotion_from") REFERENCES "workspace" ("organization_id", "id"),
    CONSTRAINT "ck_workspace_environment_type_type" CHECK ("environment_type" IN ('development', 'staging', 'production', 'sandbox')),
    CONSTRAINT "ck_workspace_requires_approval_type" CHECK ("requires_approval" IN (0, 1)),
    CONSTRAINT "ck_workspace_required_approvers_type" CHECK (json_valid("required_approvers")),
    CONSTRAINT "ck_workspace_pii_allowed_type" CHECK ("pii_allowed" IN (0, 1)),
    CONSTRAINT "ck_workspace_encryption_required_type" CHECK ("encryption_required" IN (0, 1))
) STRICT;

CREATE TABLE "agent"
-- Agent definition.
(
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "team_id" TEXT,
    "created_by" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "agent_type" TEXT NOT NULL,
    "config_yaml" TEXT NOT NULL,
    "current_version" TEXT NOT NULL DEFAULT '0.1.0',
    "risk_level" TEXT NOT NULL DEFAULT 'low',
    -- Whether it is offered in the marketplace.
    "is_public" INTEGER NOT NULL DEFAULT 0,
    "marketplace_listing_id" TEXT,
    "status" TEXT NOT NULL DEFAULT 'draft',
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_agent" PRIMARY KEY ("id"),
    CONSTRAINT "uq_agent_organization_id_id" UNIQUE ("organization_id", "id"),
    CONSTRAINT "fk_agent_organization_id" FOREIGN KEY ("organization_id") REFERENCES "organization" ("id"),
    CONSTRAINT "fk_agent_organization_id_workspace_id" FOREIGN KEY ("organization_id", "workspace_id") REFERENCES "workspace" ("organization_id", "id"),
    CONSTRAINT "fk_agent_organization_id_team_id" FOREIGN KEY ("organization_id", "team_id") REFERENCES "team" ("organization_id", "id"),
    CONSTRAINT "fk_agent_organization_id_created_by" FOREIGN KEY ("organization_id", "created_by") REFERENCES "users" ("organization_id", "id"),
    CONSTRAINT "ck_agent_risk_level_type" CHECK ("risk_level" IN ('low', 'medium', 'high', 'critical')),
    CONSTRAINT "ck_agent_is_public_type" CHECK ("is_public" IN (0, 1)),
    CONSTRAINT "ck_agent_status_type" CHECK ("status" IN ('draft', 'active', 'deprecated'))
) STRICT;

CREATE TABLE "agent_version"
-- Agent version history.
(
    "id" TEXT NOT NULL,
    "agent_id" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "config_yaml" TEXT NOT NULL,
    "change_summary" TEXT NOT NULL,
    "created_by" TEXT NOT NULL,
    "is_current" INTEGER NOT NULL DEFAULT 0,
    "security_scan_status" TEXT NOT NULL DEFAULT 'pending',
    "security_scan_results" TEXT NOT NULL,
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_agent_version" PRIMARY KEY ("id"),
    CONSTRAINT "uq_agent_version_agent_id_version" UNIQUE ("agent_id", "version"),
    CONSTRAINT "fk_agent_version_agent_id" FOREIGN KEY ("agent_id") REFERENCES "agent" ("id") ON DELETE CASCADE,
    CONSTRAINT "fk_agent_version_created_by" FOREIGN KEY ("created_by") REFERENCES "users" ("id"),
    CONSTRAINT "ck_agent_version_is_current_type" CHECK ("is_current" IN (0, 1)),
    CONSTRAINT "ck_agent_version_security_scan_status_type" CHECK ("security_scan_status" IN ('pending', 'passed', 'failed')),
    CONSTRAINT "ck_agent_version_security_scan_results_type" CHECK (json_valid("security_scan_results"))
) STRICT;

CREATE TABLE "connector_permission"
-- Agent permission to use connector.
(
    "id" TEXT NOT NULL,
    "connector_id" TEXT NOT NULL,
    "agent_id" TEXT NOT NULL,
    -- `read`, `write`.
    "operations" TEXT NOT NULL,
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_connector_permission" PRIMARY KEY ("id"),
    CONSTRAINT "uq_connector_permission_connector_id_agent_id" UNIQUE ("connector_id", "agent_id"),
    CONSTRAINT "fk_connector_permission_connector_id" FOREIGN KEY ("connector_id") REFERENCES "connector" ("id") ON DELETE CASCADE,
    CONSTRAINT "fk_connector_permission_agent_id" FOREIGN KEY ("agent_id") REFERENCES "agent" ("id") ON DELETE CASCADE,
    CONSTRAINT "ck_connector_permission_operations_type" CHECK (json_valid("operations"))
) STRICT;

CREATE TABLE "gateway_deployment"
-- Agent deployed to gateway.
(
    "id" TEXT NOT NULL,
    "gateway_id" TEXT NOT NULL,
    "agent_id" TEXT NOT NULL,
    "agent_version" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    -- Its share of the traffic, beside the other versions.
    "weight" INTEGER NOT NULL DEFAULT 100,
    "is_active" INTEGER NOT NULL DEFAULT 1,
    "deployed_at" TEXT NOT NULL,
    "deployed_by" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'active',
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_gateway_deployment" PRIMARY KEY ("id"),
    CONSTRAINT "fk_gateway_deployment_gateway_id" FOREIGN KEY ("gateway_id") REFERENCES "gateway" ("id"),
    CONSTRAINT "fk_gateway_deployment_agent_id" FOREIGN KEY ("agent_id") REFERENCES "agent" ("id"),
    CONSTRAINT "fk_gateway_deployment_workspace_id" FOREIGN KEY ("workspace_id") REFERENCES "workspace" ("id"),
    CONSTRAINT "fk_gateway_deployment_deployed_by" FOREIGN KEY ("deployed_by") REFERENCES "users" ("id"),
    CONSTRAINT "ck_gateway_deployment_is_active_type" CHECK ("is_active" IN (0, 1)),
    CONSTRAINT "ck_gateway_deployment_status_type" CHECK ("status" IN ('active', 'draining', 'inactive')),
    CONSTRAINT "ck_gateway_deployment_weight" CHECK (weight >= 0)
) STRICT;

CREATE TABLE "orchestration"
-- Multi-agent orchestration.
(
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "team_id" TEXT,
    "created_by" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    -- How its agents work together.
    "pattern" TEXT NOT NULL,
    "config_yaml" TEXT NOT NULL,
    -- Its agents, in no order that matters.
    "agent_ids" TEXT NOT NULL,
    "current_version" TEXT NOT NULL DEFAULT '0.1.0',
    "status" TEXT NOT NULL DEFAULT 'draft',
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_orchestration" PRIMARY KEY ("organization_id", "id"),
    CONSTRAINT "fk_orchestration_organization_id" FOREIGN KEY ("organization_id") REFERENCES "organization" ("id"),
    CONSTRAINT "fk_orchestration_organization_id_workspace_id" FOREIGN KEY ("organization_id", "workspace_id") REFERENCES "workspace" ("organization_id", "id"),
    CONSTRAINT "fk_orchestration_organization_id_team_id" FOREIGN KEY ("organization_id", "team_id") REFERENCES "team" ("organization_id", "id"),
    CONSTRAINT "fk_orchestration_organization_id_created_by" FOREIGN KEY ("organization_id", "created_by") REFERENCES "users" ("organization_id", "id"),
    CONSTRAINT "ck_orchestration_agent_ids_type" CHECK (json_valid("agent_ids")),
    CONSTRAINT "ck_orchestration_status_type" CHECK ("status" IN ('draft', 'active', 'deprecated'))
) STRICT;

CREATE TABLE "execution"
-- Agent/orchestration execution.
(
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "gateway_id" TEXT NOT NULL,
    "execution_type" TEXT NOT NULL,
    -- What was executed, if it was an agent.
    "agent_id" TEXT,
    -- What was executed, if it was an orchestration.
    "orchestration_id" TEXT,
    "version" TEXT NOT NULL,
    -- A user, or `api_key:` and a key.
    "triggered_by" TEXT NOT NULL,
    "trigger_type" TEXT NOT NULL,
    "input_data" TEXT NOT NULL,
    "output_data" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'queued',
    "error_message" TEXT,
    "error_code" TEXT,
    "queued_at" TEXT NOT NULL,
    "started_at" TEXT,
    "completed_at" TEXT,
    "execution_time_ms" INTEGER NOT NULL DEFAULT 0,
    "input_tokens" INTEGER NOT NULL DEFAULT 0,
    "output_tokens" INTEGER NOT NULL DEFAULT 0,
    "cost_usd" REAL NOT NULL DEFAULT 0.0,
    "trace_id" TEXT NOT NULL,
    -- The orchestration's execution that this one is a part of.
    "parent_execution_id" TEXT,
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_execution" PRIMARY KEY ("id"),
    CONSTRAINT "uq_execution_organization_id_id" UNIQUE ("organization_id", "id"),
    CONSTRAINT "fk_execution_organization_id" FOREIGN KEY ("organization_id") REFERENCES "organization" ("id"),
    CONSTRAINT "fk_execution_organization_id_workspace_id" FOREIGN KEY ("organization_id", "workspace_id") REFERENCES "workspace" ("organization_id", "id"),
    CONSTRAINT "fk_execution_organization_id_gateway_id" FOREIGN KEY ("organization_id", "gateway_id") REFERENCES "gateway" ("organization_id", "id"),
    CONSTRAINT "fk_execution_organization_id_agent_id" FOREIGN KEY ("organization_id", "agent_id") REFERENCES "agent" ("organization_id", "id"),
    CONSTRAINT "fk_execution_organization_id_orchestration_id" FOREIGN KEY ("organization_id", "orchestration_id") REFERENCES "orchestration" ("organization_id", "id"),
    CONSTRAINT "fk_execution_organization_id_parent_execution_id" FOREIGN KEY ("organization_id", "parent_execution_id") REFERENCES "execution" ("organization_id", "id"),
    CONSTRAINT "ck_execution_execution_type_type" CHECK ("execution_type" IN ('agent', 'orchestration')),
    CONSTRAINT "ck_execution_trigger_type_type" CHECK ("trigger_type" IN ('api', 'cli', 'mcp', 'scheduled')),
    CONSTRAINT "ck_execution_input_data_type" CHECK (json_valid("input_data")),
    CONSTRAINT "ck_execution_output_data_type" CHECK (json_valid("output_data")),
    CONSTRAINT "ck_execution_status_type" CHECK ("status" IN ('queued', 'running', 'completed', 'failed'))
) STRICT;

CREATE TABLE "execution_step"
-- Step within orchestration execution.
(
    "id" TEXT NOT NULL,
    "execution_id" TEXT NOT NULL,
    "agent_id" TEXT NOT NULL,
    "step_number" INTEGER NOT NULL,
    "input_data" TEXT NOT NULL,
    "output_data" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'running',
    "started_at" TEXT NOT NULL,
    "completed_at" TEXT,
    "execution_time_ms" INTEGER NOT NULL DEFAULT 0,
    "tokens_used" INTEGER NOT NULL DEFAULT 0,
    "cost_usd" REAL NOT NULL DEFAULT 0.0,
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_execution_step" PRIMARY KEY ("id"),
    CONSTRAINT "uq_execution_step_execution_id_step_number" UNIQUE ("execution_id", "step_number"),
    CONSTRAINT "fk_execution_step_execution_id" FOREIGN KEY ("execution_id") REFERENCES "execution" ("id") ON DELETE CASCADE,
    CONSTRAINT "fk_execution_step_agent_id" FOREIGN KEY ("agent_id") REFERENCES "agent" ("id"),
    CONSTRAINT "ck_execution_step_input_data_type" CHECK (json_valid("input_data")),
    CONSTRAINT "ck_execution_step_output_data_type" CHECK (json_valid("output_data")),
    CONSTRAINT "ck_execution_step_status_type" CHECK ("status" IN ('queued', 'running', 'completed', 'failed'))
) STRICT;

CREATE INDEX "idx_agent_workspace" ON "agent" ("organization_id", "workspace_id", "status");

CREATE INDEX "ix_agent_organization_id_team_id" ON "agent" ("organization_id", "team_id");

CREATE INDEX "ix_agent_organization_id_created_by" ON "agent" ("organization_id", "created_by");

CREATE INDEX "ix_agent_version_created_by" ON "agent_version" ("created_by");

CREATE INDEX "ix_api_key_organization_id_user_id" ON "api_key" ("organization_id", "user_id");

CREATE INDEX "ix_approval_request_organization_id_status_expires_at" ON "approval_request" ("organization_id", "status", "expires_at");

CREATE INDEX "ix_approval_request_organization_id_policy_id" ON "approval_request" ("organization_id", "policy_id");

CREATE INDEX "ix_approval_request_organization_id_requester_id" ON "approval_request" ("organization_id", "requester_id");

CREATE INDEX "ix_approval_request_organization_id_approver_id" ON "approval_request" ("organization_id", "approver_id");

CREATE INDEX "idx_audit_org_time" ON "audit_log" ("organization_id", "timestamp" DESC, "event_type");

CREATE INDEX "ix_compliance_report_organization_id_generated_by" ON "compliance_report" ("organization_id", "generated_by");

CREATE INDEX "ix_connector_permission_agent_id" ON "connector_permission" ("agent_id");

CREATE INDEX "ix_ennead_outbox_due_at_id" ON "ennead_outbox" ("due_at", "id");

CREATE INDEX "ix_ennead_outbox_ordering_key_due_at" ON "ennead_outbox" ("ordering_key", "due_at");

CREATE INDEX "ix_ennead_outbox_tenant_id" ON "ennead_outbox" ("tenant", "id");

CREATE INDEX "ix_execution_organization_id_trace_id" ON "execution" ("organization_id", "trace_id");

CREATE INDEX "idx_execution_org_time" ON "execution" ("organization_id", "started_at" DESC);

CREATE INDEX "ix_execution_organization_id_workspace_id" ON "execution" ("organization_id", "workspace_id");

CREATE INDEX "ix_execution_organization_id_gateway_id" ON "execution" ("organization_id", "gateway_id");

CREATE INDEX "ix_execution_organization_id_agent_id" ON "execution" ("organization_id", "agent_id");

CREATE INDEX "ix_execution_organization_id_orchestration_id" ON "execution" ("organization_id", "orchestration_id");

CREATE INDEX "ix_execution_organization_id_parent_execution_id" ON "execution" ("organization_id", "parent_execution_id");

CREATE INDEX "ix_execution_step_agent_id" ON "execution_step" ("agent_id");

CREATE INDEX "ix_gateway_deployment_gateway_id" ON "gateway_deployment" ("gateway_id");

CREATE INDEX "ix_gateway_deployment_agent_id" ON "gateway_deployment" ("agent_id");

CREATE INDEX "ix_gateway_deployment_workspace_id" ON "gateway_deployment" ("workspace_id");

CREATE INDEX "ix_gateway_deployment_deployed_by" ON "gateway_deployment" ("deployed_by");

CREATE INDEX "ix_notification_user_id_is_read" ON "notification" ("user_id", "is_read");

CREATE INDEX "ix_orchestration_organization_id_workspace_id" ON "orchestration" ("organization_id", "workspace_id");

CREATE INDEX "ix_orchestration_organization_id_team_id" ON "orchestration" ("organization_id", "team_id");

CREATE INDEX "ix_orchestration_organization_id_created_by" ON "orchestration" ("organization_id", "created_by");

CREATE INDEX "ix_organization_id_created_by" ON "organization" ("id", "created_by");

CREATE INDEX "ix_policy_organization_id" ON "policy" ("organization_id");

CREATE INDEX "ix_team_membership_user_id" ON "team_membership" ("user_id");

CREATE INDEX "ix_users_organization_id_sso_provider_id" ON "users" ("organization_id", "sso_provider_id");

CREATE INDEX "ix_workspace_organization_id_gateway_id" ON "workspace" ("organization_id", "gateway_id");

CREATE INDEX "ix_workspace_organization_id_promotion_from" ON "workspace" ("organization_id", "promotion_from");
