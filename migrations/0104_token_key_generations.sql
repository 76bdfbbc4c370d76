-- Made by drizzle-kit from packages/accounts/src/schema; the column before the key that names it.
ALTER TABLE "accounts"."platform_keys" ADD COLUMN "generation" integer DEFAULT 1 NOT NULL;
ALTER TABLE "accounts"."platform_keys" DROP CONSTRAINT "platform_keys_scope_purpose_pk";
ALTER TABLE "accounts"."platform_keys" ADD CONSTRAINT "platform_keys_scope_purpose_generation_pk" PRIMARY KEY("scope","purpose","generation");
