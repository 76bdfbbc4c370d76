-- Made by drizzle-kit from packages/accounts/src/schema.
CREATE SCHEMA "accounts";

CREATE SEQUENCE "accounts"."cluster_local_index" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;
CREATE TABLE "accounts"."api_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"project_id" text,
	"cluster_id" text,
	"user_id" text,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"token_hash" text NOT NULL,
	"token_hint" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	"last_used_at" timestamp (3) with time zone,
	CONSTRAINT "api_keys_token_hash_unique" UNIQUE("token_hash"),
	CONSTRAINT "api_keys_one_scope" CHECK ("accounts"."api_keys"."project_id" IS NULL OR "accounts"."api_keys"."cluster_id" IS NULL)
);

CREATE TABLE "accounts"."attempts" (
	"subject" text NOT NULL,
	"window_start" timestamp (3) with time zone NOT NULL,
	"count" integer NOT NULL,
	CONSTRAINT "attempts_subject_window_start_pk" PRIMARY KEY("subject","window_start")
);

CREATE TABLE "accounts"."audit_entries" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "accounts"."audit_entries_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"organization_id" text NOT NULL,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"actor" text NOT NULL,
	"actor_name" text NOT NULL,
	"action" text NOT NULL,
	"target_id" text NOT NULL,
	"target_name" text NOT NULL,
	"details" jsonb NOT NULL,
	"request_id" text NOT NULL
);

CREATE TABLE "accounts"."clusters" (
	"id" text PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"project_id" text NOT NULL,
	"name" text NOT NULL,
	"local_index" integer DEFAULT nextval('accounts.cluster_local_index') NOT NULL,
	"fencing" text DEFAULT 'none' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deletion_requested_at" timestamp (3) with time zone,
	"deleted_at" timestamp (3) with time zone,
	CONSTRAINT "clusters_local_index_unique" UNIQUE("local_index"),
	CONSTRAINT "clusters_in_organization" UNIQUE("organization_id","id")
);

CREATE TABLE "accounts"."credentials" (
	"id" text PRIMARY KEY NOT NULL,
	"account_id" text NOT NULL,
	"provider_id" text NOT NULL,
	"user_id" text NOT NULL,
	"access_token" text,
	"refresh_token" text,
	"id_token" text,
	"access_token_expires_at" timestamp (3) with time zone,
	"refresh_token_expires_at" timestamp (3) with time zone,
	"scope" text,
	"password" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);

CREATE TABLE "accounts"."idempotent_answers" (
	"actor" text NOT NULL,
	"key" text NOT NULL,
	"request_hash" text NOT NULL,
	"answer" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "idempotent_answers_actor_key_pk" PRIMARY KEY("actor","key")
);

CREATE TABLE "accounts"."invitations" (
	"id" text PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"email" text NOT NULL,
	"role" text NOT NULL,
	"token_hash" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"accepted_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "invitations_token_hash_unique" UNIQUE("token_hash")
);

CREATE TABLE "accounts"."join_tokens" (
	"id" text PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"cluster_id" text NOT NULL,
	"token_hash" text NOT NULL,
	"token_hint" text NOT NULL,
	"max_uses" integer NOT NULL,
	"uses" integer DEFAULT 0 NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "join_tokens_token_hash_unique" UNIQUE("token_hash")
);

CREATE TABLE "accounts"."members" (
	"organization_id" text NOT NULL,
	"user_id" text NOT NULL,
	"role" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "members_organization_id_user_id_pk" PRIMARY KEY("organization_id","user_id")
);

CREATE TABLE "accounts"."node_credentials" (
	"id" text PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"cluster_id" text NOT NULL,
	"node_name" text NOT NULL,
	"credential_hash" text NOT NULL,
	"join_token_id" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"retires_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "node_credentials_credential_hash_unique" UNIQUE("credential_hash")
);

CREATE TABLE "accounts"."organizations" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone
);

CREATE TABLE "accounts"."platform_keys" (
	"scope" text NOT NULL,
	"purpose" text NOT NULL,
	"certificate" text,
	"sealed_key" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "platform_keys_scope_purpose_pk" PRIMARY KEY("scope","purpose")
);

CREATE TABLE "accounts"."projects" (
	"id" text PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	CONSTRAINT "projects_in_organization" UNIQUE("organization_id","id")
);

CREATE TABLE "accounts"."sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"token" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"ip_address" text,
	"user_agent" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sessions_token_unique" UNIQUE("token")
);

CREATE TABLE "accounts"."usage_records" (
	"organization_id" text NOT NULL,
	"cluster_id" text NOT NULL,
	"metric" text NOT NULL,
	"hour" timestamp (3) with time zone NOT NULL,
	"quantity" numeric NOT NULL,
	CONSTRAINT "usage_records_organization_id_cluster_id_metric_hour_pk" PRIMARY KEY("organization_id","cluster_id","metric","hour")
);

CREATE TABLE "accounts"."users" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"email" text NOT NULL,
	"email_verified" boolean DEFAULT false NOT NULL,
	"image" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "users_email_unique" UNIQUE("email")
);

CREATE TABLE "accounts"."verifications" (
	"id" text PRIMARY KEY NOT NULL,
	"identifier" text NOT NULL,
	"value" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);

ALTER TABLE "accounts"."api_keys" ADD CONSTRAINT "api_keys_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "accounts"."organizations"("id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "accounts"."api_keys" ADD CONSTRAINT "api_keys_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "accounts"."users"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "accounts"."api_keys" ADD CONSTRAINT "api_keys_project" FOREIGN KEY ("organization_id","project_id") REFERENCES "accounts"."projects"("organization_id","id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "accounts"."api_keys" ADD CONSTRAINT "api_keys_cluster" FOREIGN KEY ("organization_id","cluster_id") REFERENCES "accounts"."clusters"("organization_id","id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "accounts"."audit_entries" ADD CONSTRAINT "audit_entries_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "accounts"."organizations"("id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "accounts"."clusters" ADD CONSTRAINT "clusters_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "accounts"."organizations"("id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "accounts"."clusters" ADD CONSTRAINT "clusters_project" FOREIGN KEY ("organization_id","project_id") REFERENCES "accounts"."projects"("organization_id","id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "accounts"."credentials" ADD CONSTRAINT "credentials_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "accounts"."users"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "accounts"."invitations" ADD CONSTRAINT "invitations_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "accounts"."organizations"("id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "accounts"."join_tokens" ADD CONSTRAINT "join_tokens_of_cluster" FOREIGN KEY ("organization_id","cluster_id") REFERENCES "accounts"."clusters"("organization_id","id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "accounts"."members" ADD CONSTRAINT "members_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "accounts"."organizations"("id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "accounts"."members" ADD CONSTRAINT "members_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "accounts"."users"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "accounts"."node_credentials" ADD CONSTRAINT "node_credentials_join_token_id_join_tokens_id_fk" FOREIGN KEY ("join_token_id") REFERENCES "accounts"."join_tokens"("id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "accounts"."node_credentials" ADD CONSTRAINT "node_credentials_of_cluster" FOREIGN KEY ("organization_id","cluster_id") REFERENCES "accounts"."clusters"("organization_id","id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "accounts"."projects" ADD CONSTRAINT "projects_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "accounts"."organizations"("id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "accounts"."sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "accounts"."users"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "accounts"."usage_records" ADD CONSTRAINT "usage_records_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "accounts"."organizations"("id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "accounts"."usage_records" ADD CONSTRAINT "usage_records_cluster" FOREIGN KEY ("organization_id","cluster_id") REFERENCES "accounts"."clusters"("organization_id","id") ON DELETE no action ON UPDATE no action;
CREATE INDEX "api_keys_organization" ON "accounts"."api_keys" USING btree ("organization_id","id");
CREATE INDEX "api_keys_of_cluster" ON "accounts"."api_keys" USING btree ("cluster_id");
CREATE INDEX "api_keys_of_user" ON "accounts"."api_keys" USING btree ("user_id");
CREATE INDEX "audit_entries_organization" ON "accounts"."audit_entries" USING btree ("organization_id","id");
CREATE UNIQUE INDEX "clusters_name" ON "accounts"."clusters" USING btree ("project_id","name") WHERE "accounts"."clusters"."deletion_requested_at" IS NULL;
CREATE INDEX "clusters_being_deleted" ON "accounts"."clusters" USING btree ("deletion_requested_at") WHERE "accounts"."clusters"."deletion_requested_at" IS NOT NULL AND "accounts"."clusters"."deleted_at" IS NULL;
CREATE INDEX "credentials_user" ON "accounts"."credentials" USING btree ("user_id");
CREATE INDEX "idempotent_answers_age" ON "accounts"."idempotent_answers" USING btree ("created_at");
CREATE INDEX "invitations_organization" ON "accounts"."invitations" USING btree ("organization_id","id");
CREATE INDEX "join_tokens_cluster" ON "accounts"."join_tokens" USING btree ("cluster_id","id");
CREATE INDEX "members_user" ON "accounts"."members" USING btree ("user_id");
CREATE INDEX "node_credentials_node" ON "accounts"."node_credentials" USING btree ("cluster_id","node_name");
CREATE UNIQUE INDEX "projects_name" ON "accounts"."projects" USING btree ("organization_id","name") WHERE "accounts"."projects"."deleted_at" IS NULL;
CREATE INDEX "sessions_user" ON "accounts"."sessions" USING btree ("user_id");
CREATE INDEX "verifications_identifier" ON "accounts"."verifications" USING btree ("identifier");
