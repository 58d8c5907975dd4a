-- 0002_add_user_locale, down, for postgres. Made by `migrate new`; it may be edited until it is applied.

ALTER TABLE "users" DROP CONSTRAINT "ck_users_locale_length";

-- deletes data: all values of users.locale are gone
ALTER TABLE "users" DROP COLUMN "locale";
