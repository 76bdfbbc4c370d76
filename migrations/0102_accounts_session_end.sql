-- Made by drizzle-kit from packages/accounts/src/schema.
CREATE INDEX "sessions_end" ON "accounts"."sessions" USING btree ("expires_at");
