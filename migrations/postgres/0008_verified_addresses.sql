-- A verified address now means that one person held the mailbox and the account (docs/decisions/0021). Before, a click in the
-- mailbox was enough, also for an account that somebody else had made. Accounts without a password were made by a provider's login.
UPDATE "users" SET "email_verified_at" = NULL WHERE "password_hash" IS NOT NULL AND "email_verified_at" IS NOT NULL;
