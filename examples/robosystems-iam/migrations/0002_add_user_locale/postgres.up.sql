-- 0002_add_user_locale, up, for postgres. Made by `migrate new`; it may be edited until it is applied.

ALTER TABLE "users" ADD COLUMN "locale" text COLLATE "C";

ALTER TABLE "users" ADD CONSTRAINT "ck_users_locale_length" CHECK (char_length("locale") >= 2 AND char_length("locale") <= 35) NOT VALID;

-- depends on the data: each row of users must keep ck_users_locale_length
-- ennead:stage
ALTER TABLE "users" VALIDATE CONSTRAINT "ck_users_locale_length";

-- ennead:stage
COMMENT ON COLUMN "users"."locale" IS 'The language that the user reads, as in `en-GB`.';
