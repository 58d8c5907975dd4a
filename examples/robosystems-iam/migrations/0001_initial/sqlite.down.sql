-- 0001_initial, down, for sqlite. Made by `migrate new`; it may be edited until it is applied.

-- ennead:no-transaction
PRAGMA foreign_keys = OFF;

DROP TRIGGER "tr_ennead_audit_append_only_delete";

DROP TRIGGER "tr_ennead_audit_append_only_update";

DROP TRIGGER "tr_graph_credit_transactions_append_only_delete";

DROP TRIGGER "tr_graph_credit_transactions_append_only_update";

DROP TRIGGER "tr_user_repository_credit_transactions_append_only_delete";

DROP TRIGGER "tr_user_repository_credit_transactions_append_only_update";

-- deletes data: all rows of connection_credentials are gone
DROP TABLE "connection_credentials";

-- deletes data: all rows of ennead_audit are gone
DROP TABLE "ennead_audit";

-- deletes data: all rows of graph_backups are gone
DROP TABLE "graph_backups";

-- deletes data: all rows of graph_credit_transactions are gone
DROP TABLE "graph_credit_transactions";

-- deletes data: all rows of graph_credits are gone
DROP TABLE "graph_credits";

-- deletes data: all rows of graph_subscriptions are gone
DROP TABLE "graph_subscriptions";

-- deletes data: all rows of graph_usage_tracking are gone
DROP TABLE "graph_usage_tracking";

-- deletes data: all rows of graphs are gone
DROP TABLE "graphs";

-- deletes data: all rows of plans are gone
DROP TABLE "plans";

-- deletes data: all rows of user_api_keys are gone
DROP TABLE "user_api_keys";

-- deletes data: all rows of user_graphs are gone
DROP TABLE "user_graphs";

-- deletes data: all rows of user_limits are gone
DROP TABLE "user_limits";

-- deletes data: all rows of user_repositories are gone
DROP TABLE "user_repositories";

-- deletes data: all rows of user_repository_credit_transactions are gone
DROP TABLE "user_repository_credit_transactions";

-- deletes data: all rows of user_repository_credits are gone
DROP TABLE "user_repository_credits";

-- deletes data: all rows of user_usage_tracking are gone
DROP TABLE "user_usage_tracking";

-- deletes data: all rows of users are gone
DROP TABLE "users";

-- ennead:nothing
PRAGMA foreign_key_check;

-- ennead:no-transaction
PRAGMA foreign_keys = ON;
