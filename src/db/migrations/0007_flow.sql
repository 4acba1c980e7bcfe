CREATE TABLE "card_copies" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"subject" text NOT NULL,
	"kind" text NOT NULL,
	"level" smallint,
	"member_id" text NOT NULL,
	"platform" text NOT NULL,
	"conversation_id" text NOT NULL,
	"outbox_key" text NOT NULL,
	"card_id" text,
	"update_code" text,
	"update_code_at" timestamp with time zone,
	"shown" text NOT NULL,
	"shown_at" timestamp with time zone NOT NULL,
	"drawings" integer DEFAULT 1 NOT NULL,
	"next_at" timestamp with time zone,
	"state" text DEFAULT 'open' NOT NULL,
	CONSTRAINT "card_copies_state" CHECK (state IN ('open','closed'))
);
--> statement-breakpoint
CREATE TABLE "clock_proofs" (
	"day" text PRIMARY KEY NOT NULL,
	"proved_at" timestamp with time zone NOT NULL,
	"fired" integer NOT NULL,
	"missed" integer NOT NULL,
	"ledger" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "commands" (
	"key" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"subject" text NOT NULL,
	"state" text NOT NULL,
	"target" text NOT NULL,
	"receipt" jsonb,
	"tries" integer DEFAULT 0 NOT NULL,
	"last_error" text,
	"made_at" timestamp with time zone NOT NULL,
	"done_at" timestamp with time zone,
	"failed_at" timestamp with time zone,
	"replayed_by" text,
	"replayed_at" timestamp with time zone,
	CONSTRAINT "commands_state" CHECK (state IN ('held','sent','done','failed','withdrawn'))
);
--> statement-breakpoint
CREATE TABLE "delegations" (
	"id" text PRIMARY KEY NOT NULL,
	"from_member" text NOT NULL,
	"to_member" text NOT NULL,
	"starts_at" timestamp with time zone NOT NULL,
	"ends_at" timestamp with time zone NOT NULL,
	"made_by" text NOT NULL,
	"made_at" timestamp with time zone NOT NULL,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "delegations_span" CHECK (ends_at > starts_at AND from_member <> to_member)
);
--> statement-breakpoint
CREATE TABLE "flow_versions" (
	"version" integer PRIMARY KEY NOT NULL,
	"body" jsonb NOT NULL,
	"made_by" text,
	"live_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "level_signers" (
	"return_id" text NOT NULL,
	"level" smallint NOT NULL,
	"member_id" text NOT NULL,
	"added_by" text NOT NULL,
	"added_at" timestamp with time zone NOT NULL,
	"decision" text,
	"decided_at" timestamp with time zone,
	"reason" text,
	CONSTRAINT "level_signers_return_id_level_member_id_pk" PRIMARY KEY("return_id","level","member_id"),
	CONSTRAINT "level_signers_decision" CHECK (decision IS NULL OR decision IN ('approve','reject'))
);
--> statement-breakpoint
CREATE TABLE "refund_holds" (
	"return_id" text PRIMARY KEY NOT NULL,
	"reason" text NOT NULL,
	"since" timestamp with time zone NOT NULL,
	"until_at" timestamp with time zone,
	"amount_fen" bigint,
	"cleared_by" text,
	"cleared_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "return_counts" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"return_id" text NOT NULL,
	"order_line_id" text NOT NULL,
	"received_qty" integer NOT NULL,
	"damaged_qty" integer NOT NULL,
	"kind" text NOT NULL,
	"counted_by" text NOT NULL,
	"counted_at" timestamp with time zone NOT NULL,
	CONSTRAINT "return_counts_qty" CHECK (received_qty >= 0 AND damaged_qty BETWEEN 0 AND received_qty)
);
--> statement-breakpoint
CREATE TABLE "reversals" (
	"id" text PRIMARY KEY NOT NULL,
	"return_id" text NOT NULL,
	"asked_by" text NOT NULL,
	"asked_at" timestamp with time zone NOT NULL,
	"reason" text NOT NULL,
	"state" text DEFAULT 'pending' NOT NULL,
	"decided_by" text,
	"decided_at" timestamp with time zone,
	CONSTRAINT "reversals_state" CHECK (state IN ('pending','approved','refused'))
);
--> statement-breakpoint
CREATE TABLE "snoozes" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"subject" text NOT NULL,
	"member_id" text NOT NULL,
	"reason" text,
	"at" timestamp with time zone NOT NULL,
	"until_at" timestamp with time zone NOT NULL,
	"over" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
ALTER TABLE "outbox" DROP CONSTRAINT "outbox_state";--> statement-breakpoint
ALTER TABLE "approval_levels" ADD COLUMN "deputy_for" text;--> statement-breakpoint
ALTER TABLE "approval_levels" ADD COLUMN "auto" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "approval_levels" ADD COLUMN "facts" jsonb;--> statement-breakpoint
ALTER TABLE "approval_levels" ADD COLUMN "decided_facts" jsonb;--> statement-breakpoint
ALTER TABLE "approval_levels" ADD COLUMN "claimed_by" text;--> statement-breakpoint
ALTER TABLE "approval_levels" ADD COLUMN "claimed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "approval_levels" ADD COLUMN "material_asked_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "approval_levels" ADD COLUMN "material_asked_by" text;--> statement-breakpoint
ALTER TABLE "approval_levels" ADD COLUMN "material_reason" text;--> statement-breakpoint
ALTER TABLE "returns" ADD COLUMN "flow_version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "card_copies" ADD CONSTRAINT "card_copies_member_id_members_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "commands" ADD CONSTRAINT "commands_replayed_by_members_id_fk" FOREIGN KEY ("replayed_by") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "delegations" ADD CONSTRAINT "delegations_from_member_members_id_fk" FOREIGN KEY ("from_member") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "delegations" ADD CONSTRAINT "delegations_to_member_members_id_fk" FOREIGN KEY ("to_member") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "delegations" ADD CONSTRAINT "delegations_made_by_members_id_fk" FOREIGN KEY ("made_by") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "flow_versions" ADD CONSTRAINT "flow_versions_made_by_members_id_fk" FOREIGN KEY ("made_by") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "level_signers" ADD CONSTRAINT "level_signers_return_id_returns_id_fk" FOREIGN KEY ("return_id") REFERENCES "public"."returns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "level_signers" ADD CONSTRAINT "level_signers_member_id_members_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "level_signers" ADD CONSTRAINT "level_signers_added_by_members_id_fk" FOREIGN KEY ("added_by") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refund_holds" ADD CONSTRAINT "refund_holds_return_id_returns_id_fk" FOREIGN KEY ("return_id") REFERENCES "public"."returns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refund_holds" ADD CONSTRAINT "refund_holds_cleared_by_members_id_fk" FOREIGN KEY ("cleared_by") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "return_counts" ADD CONSTRAINT "return_counts_return_id_returns_id_fk" FOREIGN KEY ("return_id") REFERENCES "public"."returns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "return_counts" ADD CONSTRAINT "return_counts_order_line_id_order_lines_id_fk" FOREIGN KEY ("order_line_id") REFERENCES "public"."order_lines"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "return_counts" ADD CONSTRAINT "return_counts_counted_by_members_id_fk" FOREIGN KEY ("counted_by") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reversals" ADD CONSTRAINT "reversals_return_id_returns_id_fk" FOREIGN KEY ("return_id") REFERENCES "public"."returns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reversals" ADD CONSTRAINT "reversals_asked_by_members_id_fk" FOREIGN KEY ("asked_by") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reversals" ADD CONSTRAINT "reversals_decided_by_members_id_fk" FOREIGN KEY ("decided_by") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "snoozes" ADD CONSTRAINT "snoozes_member_id_members_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "card_copies_message" ON "card_copies" USING btree ("outbox_key");--> statement-breakpoint
CREATE UNIQUE INDEX "card_copies_once" ON "card_copies" USING btree ("subject","kind","level","member_id") WHERE kind = 'approval' AND state = 'open';--> statement-breakpoint
CREATE INDEX "card_copies_subject" ON "card_copies" USING btree ("subject") WHERE state = 'open';--> statement-breakpoint
CREATE INDEX "card_copies_next" ON "card_copies" USING btree ("next_at") WHERE state = 'open';--> statement-breakpoint
CREATE INDEX "commands_subject" ON "commands" USING btree ("subject");--> statement-breakpoint
CREATE INDEX "commands_failed" ON "commands" USING btree ("failed_at") WHERE state = 'failed';--> statement-breakpoint
CREATE INDEX "commands_open" ON "commands" USING btree ("made_at") WHERE state IN ('held','sent');--> statement-breakpoint
CREATE INDEX "delegations_from" ON "delegations" USING btree ("from_member","ends_at");--> statement-breakpoint
CREATE INDEX "delegations_to" ON "delegations" USING btree ("to_member","ends_at");--> statement-breakpoint
CREATE INDEX "return_counts_return" ON "return_counts" USING btree ("return_id");--> statement-breakpoint
CREATE UNIQUE INDEX "reversals_pending" ON "reversals" USING btree ("return_id") WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX "snoozes_subject" ON "snoozes" USING btree ("subject","member_id") WHERE NOT over;--> statement-breakpoint
CREATE INDEX "snoozes_until" ON "snoozes" USING btree ("until_at") WHERE NOT over;--> statement-breakpoint
ALTER TABLE "approval_levels" ADD CONSTRAINT "approval_levels_deputy_for_members_id_fk" FOREIGN KEY ("deputy_for") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "approval_levels" ADD CONSTRAINT "approval_levels_claimed_by_members_id_fk" FOREIGN KEY ("claimed_by") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "approval_levels" ADD CONSTRAINT "approval_levels_material_asked_by_members_id_fk" FOREIGN KEY ("material_asked_by") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "outbox" ADD CONSTRAINT "outbox_state" CHECK (state IN ('ready','done','dead','withdrawn'));