CREATE TABLE "carrier_calls" (
	"id" text PRIMARY KEY NOT NULL,
	"parcel_id" text NOT NULL,
	"carrier_code" text NOT NULL,
	"reason" text NOT NULL,
	"opened_by" text NOT NULL,
	"opened_at" timestamp with time zone NOT NULL,
	"closed_at" timestamp with time zone,
	"result" text
);
--> statement-breakpoint
CREATE TABLE "chat_memory" (
	"platform" text NOT NULL,
	"conversation_id" text NOT NULL,
	"member_id" text NOT NULL,
	"looked_enc" "bytea" NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "chat_memory_platform_conversation_id_member_id_pk" PRIMARY KEY("platform","conversation_id","member_id")
);
--> statement-breakpoint
CREATE TABLE "drafts" (
	"id" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"subject" text NOT NULL,
	"member_id" text NOT NULL,
	"payload_enc" "bytea" NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"settled_at" timestamp with time zone,
	"outcome" text,
	"result" jsonb,
	CONSTRAINT "drafts_outcome" CHECK (outcome IN ('confirmed','cancelled','refused')),
	CONSTRAINT "drafts_settled" CHECK ((settled_at IS NULL) = (outcome IS NULL))
);
--> statement-breakpoint
CREATE TABLE "follows" (
	"member_id" text NOT NULL,
	"order_id" text NOT NULL,
	"platform" text NOT NULL,
	"conversation_id" text NOT NULL,
	"told" text NOT NULL,
	"told_at" timestamp with time zone NOT NULL,
	CONSTRAINT "follows_member_id_order_id_pk" PRIMARY KEY("member_id","order_id")
);
--> statement-breakpoint
CREATE TABLE "handoffs" (
	"id" text PRIMARY KEY NOT NULL,
	"from_member_id" text NOT NULL,
	"to_role" text NOT NULL,
	"to_member_id" text,
	"subject" text,
	"question" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"withdrawn_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "notes" (
	"id" text PRIMARY KEY NOT NULL,
	"owner_kind" text NOT NULL,
	"owner_id" text NOT NULL,
	"text" text NOT NULL,
	"pictures" integer DEFAULT 0 NOT NULL,
	"by_member_id" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "notes_owner_kind" CHECK (owner_kind IN ('order','return')),
	CONSTRAINT "notes_pictures" CHECK (pictures BETWEEN 0 AND 9)
);
--> statement-breakpoint
CREATE TABLE "notices" (
	"id" text PRIMARY KEY NOT NULL,
	"order_id" text NOT NULL,
	"kind" text NOT NULL,
	"channel" text NOT NULL,
	"state" text NOT NULL,
	"sent_at" timestamp with time zone,
	"delivered_at" timestamp with time zone,
	"opened_at" timestamp with time zone,
	"fail_reason" text,
	"photo_ok" boolean,
	"source" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "notices_state" CHECK (state IN ('queued','sent','delivered','failed')),
	CONSTRAINT "notices_sent" CHECK (state NOT IN ('sent','delivered') OR sent_at IS NOT NULL)
);
--> statement-breakpoint
CREATE TABLE "nudges" (
	"id" text PRIMARY KEY NOT NULL,
	"subject" text NOT NULL,
	"role" text,
	"by_member_id" text NOT NULL,
	"to_member_id" text,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "order_corrections" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"order_id" text NOT NULL,
	"parcel_id" text,
	"field" text NOT NULL,
	"old_value" text,
	"new_value" text NOT NULL,
	"by_member_id" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "order_corrections_field" CHECK (field IN ('waybill_no','signer','cancelled'))
);
--> statement-breakpoint
CREATE TABLE "receivables" (
	"customer_id" text PRIMARY KEY NOT NULL,
	"arrears_fen" bigint NOT NULL,
	"source" text NOT NULL,
	"checked_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "rule_decisions" (
	"id" text PRIMARY KEY NOT NULL,
	"order_id" text NOT NULL,
	"about" text NOT NULL,
	"rule" text NOT NULL,
	"rule_version" integer NOT NULL,
	"chosen" text NOT NULL,
	"reason" text NOT NULL,
	"decided_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "query_log" ADD COLUMN "answer_key" text;--> statement-breakpoint
ALTER TABLE "query_log" ADD COLUMN "subject" text;--> statement-breakpoint
ALTER TABLE "query_log" ADD COLUMN "handed_over" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "query_log" ADD COLUMN "vote" text;--> statement-breakpoint
ALTER TABLE "query_log" ADD COLUMN "voted_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "carrier_calls" ADD CONSTRAINT "carrier_calls_parcel_id_parcels_id_fk" FOREIGN KEY ("parcel_id") REFERENCES "public"."parcels"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "follows" ADD CONSTRAINT "follows_member_id_members_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "follows" ADD CONSTRAINT "follows_order_id_orders_id_fk" FOREIGN KEY ("order_id") REFERENCES "public"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notices" ADD CONSTRAINT "notices_order_id_orders_id_fk" FOREIGN KEY ("order_id") REFERENCES "public"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "order_corrections" ADD CONSTRAINT "order_corrections_order_id_orders_id_fk" FOREIGN KEY ("order_id") REFERENCES "public"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "order_corrections" ADD CONSTRAINT "order_corrections_parcel_id_parcels_id_fk" FOREIGN KEY ("parcel_id") REFERENCES "public"."parcels"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "receivables" ADD CONSTRAINT "receivables_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rule_decisions" ADD CONSTRAINT "rule_decisions_order_id_orders_id_fk" FOREIGN KEY ("order_id") REFERENCES "public"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "carrier_calls_open" ON "carrier_calls" USING btree ("parcel_id") WHERE closed_at IS NULL;--> statement-breakpoint
CREATE INDEX "carrier_calls_parcel" ON "carrier_calls" USING btree ("parcel_id","opened_at");--> statement-breakpoint
CREATE INDEX "chat_memory_at" ON "chat_memory" USING btree ("at");--> statement-breakpoint
CREATE INDEX "drafts_expires" ON "drafts" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "follows_order" ON "follows" USING btree ("order_id");--> statement-breakpoint
CREATE INDEX "handoffs_from" ON "handoffs" USING btree ("from_member_id","at");--> statement-breakpoint
CREATE INDEX "notes_owner" ON "notes" USING btree ("owner_kind","owner_id","at");--> statement-breakpoint
CREATE INDEX "notices_order" ON "notices" USING btree ("order_id","created_at");--> statement-breakpoint
CREATE INDEX "notices_created" ON "notices" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "nudges_subject" ON "nudges" USING btree ("subject","at");--> statement-breakpoint
CREATE INDEX "order_corrections_order" ON "order_corrections" USING btree ("order_id","at");--> statement-breakpoint
CREATE INDEX "rule_decisions_order" ON "rule_decisions" USING btree ("order_id","decided_at");--> statement-breakpoint
CREATE INDEX "query_log_answer" ON "query_log" USING btree ("answer_key");--> statement-breakpoint
CREATE INDEX "query_log_down" ON "query_log" USING btree ("voted_at") WHERE vote = 'down';--> statement-breakpoint
ALTER TABLE "query_log" ADD CONSTRAINT "query_log_vote" CHECK (vote IN ('up','down'));--> statement-breakpoint
CREATE INDEX "gifts_out_of_stock" ON "gifts" USING btree ("decided_at") WHERE verdict = 'out_of_stock';--> statement-breakpoint
CREATE INDEX "orders_shipped" ON "orders" USING btree ("shipped_at","channel") WHERE shipped_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX "orders_signed" ON "orders" USING btree ("signed_at","channel") WHERE signed_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX "orders_refunded" ON "orders" USING btree ("refunded_at") WHERE refunded_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX "orders_promise" ON "orders" USING btree ("promise_ship_at") WHERE paid_at IS NOT NULL AND shipped_at IS NULL AND cancelled_at IS NULL;--> statement-breakpoint
CREATE INDEX "orders_shipped_late" ON "orders" USING btree ("ordered_at") WHERE shipped_at > promise_ship_at;--> statement-breakpoint
CREATE INDEX "orders_without_waybill" ON "orders" USING btree ("ordered_at") WHERE shipped_at IS NULL AND cancelled_at IS NULL AND (quarantined_at IS NOT NULL OR (waybill_no IS NULL AND source_stage ~ '^(part_)?(shipped|signed)'));--> statement-breakpoint
CREATE INDEX "parcels_signed" ON "parcels" USING btree ("signed_at") WHERE signed_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX "parcels_moving" ON "parcels" USING btree (coalesce("last_event_at", "shipped_at")) WHERE state IN ('collected','in_transit','delivering');--> statement-breakpoint
CREATE INDEX "parcels_unscanned" ON "parcels" USING btree ("shipped_at") WHERE state = 'created' AND shipped_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX "parcels_trouble" ON "parcels" USING btree ("last_event_at") WHERE state = 'exception';--> statement-breakpoint
CREATE INDEX "returns_applied" ON "returns" USING btree ("applied_at");--> statement-breakpoint
CREATE INDEX "returns_pending" ON "returns" USING btree ("applied_at") WHERE approval = 'pending';--> statement-breakpoint
CREATE INDEX "returns_refunded" ON "returns" USING btree ("refunded_at") WHERE refunded_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX "handoffs_to" ON "handoffs" USING btree ("to_role","at") WHERE withdrawn_at IS NULL;
