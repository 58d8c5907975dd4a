-- 0002_add_user_locale, up, for sqlite. Made by `migrate new`; it may be edited until it is applied.

-- ennead:no-transaction
PRAGMA foreign_keys = OFF;

CREATE TABLE "ennead_new_users"
-- A person with an account. Users are of no graph: they own and join many.
(
    "id" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "password_hash" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'active',
    "email_verified" INTEGER NOT NULL DEFAULT 0,
    "last_login_at" TEXT,
    -- The language that the user reads, as in `en-GB`.
    "locale" TEXT,
    "metadata" TEXT NOT NULL,
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    -- A deleted user stays, since ledgers name them; the e-mail address is free again.
    "deleted_at" TEXT,
    CONSTRAINT "pk_users" PRIMARY KEY ("id"),
    CONSTRAINT "ck_users_status_type" CHECK ("status" IN ('active', 'suspended')),
    CONSTRAINT "ck_users_email_verified_type" CHECK ("email_verified" IN (0, 1)),
    CONSTRAINT "ck_users_metadata_type" CHECK (json_valid("metadata")),
    CONSTRAINT "ck_users_email_length" CHECK (length("email") <= 255),
    CONSTRAINT "ck_users_name_length" CHECK (length("name") >= 1 AND length("name") <= 255),
    CONSTRAINT "ck_users_locale_length" CHECK (length("locale") >= 2 AND length("locale") <= 35)
) STRICT;

-- locks: all of users is written anew
INSERT INTO "ennead_new_users" ("id", "email", "name", "password_hash", "status", "email_verified", "last_login_at", "metadata", "created_at", "updated_at", "deleted_at") SELECT "id", "email", "name", "password_hash", "status", "email_verified", "last_login_at", "metadata", "created_at", "updated_at", "deleted_at" FROM "users";

DROP TABLE "users";

ALTER TABLE "ennead_new_users" RENAME TO "users";

CREATE UNIQUE INDEX "uq_users_email" ON "users" ("email") WHERE "deleted_at" IS NULL;

CREATE INDEX "ix_users_name" ON "users" ("name") WHERE deleted_at IS NULL;

-- ennead:nothing
PRAGMA foreign_key_check;

-- ennead:no-transaction
PRAGMA foreign_keys = ON;
