CREATE TABLE "approval_levels" (
	"return_id" text NOT NULL,
	"level" smallint NOT NULL,
	"role" text NOT NULL,
	"state" text DEFAULT 'waiting' NOT NULL,
	"holder_id" text,
	"started_at" timestamp with time zone,
	"due_at" timestamp with time zone,
	"decided_at" timestamp with time zone,
	"decided_by" text,
	"reason" text,
	CONSTRAINT "approval_levels_return_id_level_pk" PRIMARY KEY("return_id","level"),
	CONSTRAINT "approval_levels_state" CHECK (state IN ('waiting','pending','approved','rejected'))
);
--> statement-breakpoint
CREATE TABLE "attachments" (
	"id" text PRIMARY KEY NOT NULL,
	"owner_kind" text NOT NULL,
	"owner_id" text NOT NULL,
	"file_name" text,
	"mime" text NOT NULL,
	"bytes" integer NOT NULL,
	"sha256" text NOT NULL,
	"stored_as" text NOT NULL,
	"by_member_id" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit" (
	"seq" bigint PRIMARY KEY NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"subject" text NOT NULL,
	"detail" jsonb NOT NULL,
	"prev_hash" text NOT NULL,
	"hash" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "customer_identities" (
	"kind" text NOT NULL,
	"value_hash" "bytea" NOT NULL,
	"customer_id" text NOT NULL,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "customer_identities_kind_value_hash_pk" PRIMARY KEY("kind","value_hash")
);
--> statement-breakpoint
CREATE TABLE "customers" (
	"id" text PRIMARY KEY NOT NULL,
	"display_name" text NOT NULL,
	"level" text DEFAULT 'V1' NOT NULL,
	"tags" text[] DEFAULT '{}'::text[] NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "gifts" (
	"id" text PRIMARY KEY NOT NULL,
	"order_id" text NOT NULL,
	"name" text NOT NULL,
	"sku" text,
	"verdict" text NOT NULL,
	"gap_fen" bigint,
	"threshold_fen" bigint,
	"rule" text,
	"rule_version" integer,
	"parcel_id" text,
	"decided_at" timestamp with time zone NOT NULL,
	CONSTRAINT "gifts_verdict" CHECK (verdict IN ('locked','below_threshold','out_of_stock','level_too_low','rule_conflict')),
	CONSTRAINT "gifts_gap" CHECK (verdict <> 'below_threshold' OR gap_fen IS NOT NULL)
);
--> statement-breakpoint
CREATE TABLE "inbox" (
	"source" text NOT NULL,
	"event_id" text NOT NULL,
	"event" jsonb NOT NULL,
	"claimed_at" timestamp with time zone NOT NULL,
	"attempts" smallint DEFAULT 1 NOT NULL,
	"answer" jsonb,
	"answered_at" timestamp with time zone,
	CONSTRAINT "inbox_source_event_id_pk" PRIMARY KEY("source","event_id")
);
--> statement-breakpoint
CREATE TABLE "member_accounts" (
	"platform" text NOT NULL,
	"user_id" text NOT NULL,
	"union_id" text,
	"member_id" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "member_roles" (
	"member_id" text NOT NULL,
	"role" text NOT NULL,
	CONSTRAINT "member_roles_member_id_role_pk" PRIMARY KEY("member_id","role")
);
--> statement-breakpoint
CREATE TABLE "members" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"phone_enc" "bytea",
	"phone_hash" "bytea",
	"active" boolean DEFAULT true NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "order_lines" (
	"id" text PRIMARY KEY NOT NULL,
	"order_id" text NOT NULL,
	"line_key" text NOT NULL,
	"position" smallint NOT NULL,
	"sku" text,
	"name" text NOT NULL,
	"spec" text,
	"qty" integer NOT NULL,
	"amount_fen" bigint,
	CONSTRAINT "order_lines_qty" CHECK (qty > 0)
);
--> statement-breakpoint
CREATE TABLE "orders" (
	"id" text PRIMARY KEY NOT NULL,
	"channel" text NOT NULL,
	"shop" text NOT NULL,
	"order_no" text NOT NULL,
	"customer_id" text,
	"consignee_name" text,
	"phone_enc" "bytea",
	"phone_hash" "bytea",
	"phone_tail" char(4),
	"phone_virtual" boolean DEFAULT false NOT NULL,
	"address_enc" "bytea",
	"region" text,
	"ordered_at" timestamp with time zone NOT NULL,
	"total_fen" bigint,
	"discount_fen" bigint,
	"freight_fen" bigint,
	"paid_at" timestamp with time zone,
	"pay_method" text,
	"paid_fen" bigint,
	"shipped_at" timestamp with time zone,
	"waybill_no" text,
	"carrier_code" text,
	"carrier_name" text,
	"signed_at" timestamp with time zone,
	"signer" text,
	"signer_kind" text,
	"sign_photo_url" text,
	"returned_at" timestamp with time zone,
	"return_no" text,
	"return_reason" text,
	"refund_fen" bigint,
	"refunded_at" timestamp with time zone,
	"cancelled_at" timestamp with time zone,
	"cancel_reason" text,
	"on_hold_at" timestamp with time zone,
	"hold_reason" text,
	"quarantined_at" timestamp with time zone,
	"quarantine_reason" text,
	"promise_ship_at" timestamp with time zone,
	"warehouse" text,
	"wave_no" text,
	"picking_at" timestamp with time zone,
	"delay_reason" text,
	"remark" text,
	"waybill_edits" smallint DEFAULT 0 NOT NULL,
	"source_stage" text,
	"source" text NOT NULL,
	"source_modified_at" timestamp with time zone NOT NULL,
	"content_hash" text,
	"heard_at" timestamp with time zone DEFAULT now() NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "orders_channel" CHECK (channel IN ('douyin','tmall','jd','miniapp','pos','distributor')),
	CONSTRAINT "orders_paid_fields" CHECK (paid_at IS NULL OR (pay_method IS NOT NULL AND paid_fen IS NOT NULL)),
	CONSTRAINT "orders_shipped_fields" CHECK (shipped_at IS NULL OR (carrier_code IS NOT NULL AND (waybill_no IS NOT NULL OR carrier_code = 'PICKUP'))),
	CONSTRAINT "orders_signed_fields" CHECK (signed_at IS NULL OR (signer IS NOT NULL AND sign_photo_url IS NOT NULL)),
	CONSTRAINT "orders_returned_fields" CHECK (returned_at IS NULL OR (return_no IS NOT NULL AND return_reason IS NOT NULL AND refund_fen IS NOT NULL)),
	CONSTRAINT "orders_cancel_reason" CHECK (cancelled_at IS NULL OR cancel_reason IS NOT NULL),
	CONSTRAINT "orders_quarantine_reason" CHECK (quarantined_at IS NULL OR quarantine_reason IS NOT NULL),
	CONSTRAINT "orders_other_carrier" CHECK (carrier_code IS DISTINCT FROM 'OTHER' OR carrier_name IS NOT NULL),
	CONSTRAINT "orders_waybill_edits" CHECK (waybill_edits BETWEEN 0 AND 3)
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"task" text NOT NULL,
	"payload" jsonb NOT NULL,
	"lane" text,
	"state" text DEFAULT 'ready' NOT NULL,
	"attempts" smallint DEFAULT 0 NOT NULL,
	"due_at" timestamp with time zone DEFAULT now() NOT NULL,
	"leased_until" timestamp with time zone,
	"receipt" jsonb,
	"last_error" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"done_at" timestamp with time zone,
	CONSTRAINT "outbox_state" CHECK (state IN ('ready','done','dead'))
);
--> statement-breakpoint
CREATE TABLE "parcel_lines" (
	"parcel_id" text NOT NULL,
	"order_line_id" text NOT NULL,
	"qty" integer NOT NULL,
	CONSTRAINT "parcel_lines_parcel_id_order_line_id_pk" PRIMARY KEY("parcel_id","order_line_id")
);
--> statement-breakpoint
CREATE TABLE "parcels" (
	"id" text PRIMARY KEY NOT NULL,
	"order_id" text NOT NULL,
	"position" smallint DEFAULT 1 NOT NULL,
	"waybill_no" text,
	"carrier_code" text NOT NULL,
	"carrier_name" text,
	"shipped_at" timestamp with time zone,
	"eta_at" timestamp with time zone,
	"state" text DEFAULT 'created' NOT NULL,
	"sub_state" text,
	"last_event_at" timestamp with time zone,
	"signed_at" timestamp with time zone,
	"signer" text,
	"sign_photo_url" text,
	"tracked_at" timestamp with time zone,
	"track_source" text,
	CONSTRAINT "parcels_state" CHECK (state IN ('created','collected','in_transit','delivering','signed','exception')),
	CONSTRAINT "parcels_exception" CHECK (state <> 'exception' OR sub_state IS NOT NULL),
	CONSTRAINT "parcels_shipped_fields" CHECK (shipped_at IS NULL OR waybill_no IS NOT NULL)
);
--> statement-breakpoint
CREATE TABLE "query_log" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"platform" text NOT NULL,
	"conversation_id" text NOT NULL,
	"conversation_kind" text NOT NULL,
	"member_id" text,
	"question" text,
	"intent" text NOT NULL,
	"slots" jsonb NOT NULL,
	"expect" text NOT NULL,
	"latency_ms" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "return_lines" (
	"return_id" text NOT NULL,
	"order_line_id" text NOT NULL,
	"asked_qty" integer NOT NULL,
	"approved_qty" integer,
	"received_qty" integer DEFAULT 0 NOT NULL,
	"damaged_qty" integer DEFAULT 0 NOT NULL,
	"refunded_fen" bigint,
	CONSTRAINT "return_lines_return_id_order_line_id_pk" PRIMARY KEY("return_id","order_line_id"),
	CONSTRAINT "return_lines_sums" CHECK (asked_qty > 0 AND received_qty >= 0 AND damaged_qty BETWEEN 0 AND received_qty)
);
--> statement-breakpoint
CREATE TABLE "returns" (
	"id" text PRIMARY KEY NOT NULL,
	"order_id" text NOT NULL,
	"reason" text NOT NULL,
	"applied_at" timestamp with time zone NOT NULL,
	"applied_by" text,
	"waybill_no" text,
	"carrier_code" text,
	"approval" text DEFAULT 'pending' NOT NULL,
	"approved_at" timestamp with time zone,
	"rejected_at" timestamp with time zone,
	"received_at" timestamp with time zone,
	"inspection" text,
	"refund_fen" bigint,
	"refund_method" text,
	"refund_released_at" timestamp with time zone,
	"refunded_at" timestamp with time zone,
	"closed_at" timestamp with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "returns_approval" CHECK (approval IN ('pending','approved','rejected','withdrawn'))
);
--> statement-breakpoint
CREATE TABLE "send_budgets" (
	"key" text NOT NULL,
	"window_ms" integer NOT NULL,
	"window_start" timestamp with time zone NOT NULL,
	"used" integer NOT NULL,
	CONSTRAINT "send_budgets_key_window_ms_pk" PRIMARY KEY("key","window_ms")
);
--> statement-breakpoint
CREATE TABLE "settings" (
	"name" text PRIMARY KEY NOT NULL,
	"value" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "shared_tokens" (
	"name" text PRIMARY KEY NOT NULL,
	"token_enc" "bytea" NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sheet_imports" (
	"id" text PRIMARY KEY NOT NULL,
	"sender" text NOT NULL,
	"file_name" text NOT NULL,
	"sha256" text NOT NULL,
	"rows" integer NOT NULL,
	"created" integer NOT NULL,
	"updated" integer NOT NULL,
	"unchanged" integer NOT NULL,
	"quarantined" integer NOT NULL,
	"problems" jsonb NOT NULL,
	"imported_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sheet_mappings" (
	"sender" text NOT NULL,
	"header_hash" text NOT NULL,
	"mapping" jsonb NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sheet_mappings_sender_header_hash_pk" PRIMARY KEY("sender","header_hash")
);
--> statement-breakpoint
CREATE TABLE "sources" (
	"name" text PRIMARY KEY NOT NULL,
	"heard_at" timestamp with time zone,
	"stale_after_minutes" integer NOT NULL,
	"last_error" text
);
--> statement-breakpoint
CREATE TABLE "stock_lots" (
	"id" text PRIMARY KEY NOT NULL,
	"sku" text NOT NULL,
	"name" text NOT NULL,
	"spec" text,
	"warehouse" text NOT NULL,
	"location" text,
	"on_hand" integer NOT NULL,
	"locked" integer DEFAULT 0 NOT NULL,
	"expires_on" date,
	"zone" text DEFAULT 'shelf' NOT NULL,
	"read_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "stock_lots_qty" CHECK (on_hand >= 0 AND locked BETWEEN 0 AND on_hand)
);
--> statement-breakpoint
CREATE TABLE "tracking_events" (
	"parcel_id" text NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"state" text NOT NULL,
	"sub_state" text,
	"place" text,
	"description" text NOT NULL,
	"source" text NOT NULL,
	"node_hash" text NOT NULL,
	CONSTRAINT "tracking_events_parcel_id_occurred_at_node_hash_pk" PRIMARY KEY("parcel_id","occurred_at","node_hash")
);
--> statement-breakpoint
CREATE TABLE "transcript" (
	"seq" bigserial PRIMARY KEY NOT NULL,
	"platform" text NOT NULL,
	"conversation_id" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"entry" jsonb NOT NULL
);
--> statement-breakpoint
ALTER TABLE "approval_levels" ADD CONSTRAINT "approval_levels_return_id_returns_id_fk" FOREIGN KEY ("return_id") REFERENCES "public"."returns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "approval_levels" ADD CONSTRAINT "approval_levels_holder_id_members_id_fk" FOREIGN KEY ("holder_id") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "approval_levels" ADD CONSTRAINT "approval_levels_decided_by_members_id_fk" FOREIGN KEY ("decided_by") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "customer_identities" ADD CONSTRAINT "customer_identities_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gifts" ADD CONSTRAINT "gifts_order_id_orders_id_fk" FOREIGN KEY ("order_id") REFERENCES "public"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gifts" ADD CONSTRAINT "gifts_parcel_id_parcels_id_fk" FOREIGN KEY ("parcel_id") REFERENCES "public"."parcels"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "member_accounts" ADD CONSTRAINT "member_accounts_member_id_members_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "member_roles" ADD CONSTRAINT "member_roles_member_id_members_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "order_lines" ADD CONSTRAINT "order_lines_order_id_orders_id_fk" FOREIGN KEY ("order_id") REFERENCES "public"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "orders" ADD CONSTRAINT "orders_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "parcel_lines" ADD CONSTRAINT "parcel_lines_parcel_id_parcels_id_fk" FOREIGN KEY ("parcel_id") REFERENCES "public"."parcels"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "parcel_lines" ADD CONSTRAINT "parcel_lines_order_line_id_order_lines_id_fk" FOREIGN KEY ("order_line_id") REFERENCES "public"."order_lines"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "parcels" ADD CONSTRAINT "parcels_order_id_orders_id_fk" FOREIGN KEY ("order_id") REFERENCES "public"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "return_lines" ADD CONSTRAINT "return_lines_return_id_returns_id_fk" FOREIGN KEY ("return_id") REFERENCES "public"."returns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "return_lines" ADD CONSTRAINT "return_lines_order_line_id_order_lines_id_fk" FOREIGN KEY ("order_line_id") REFERENCES "public"."order_lines"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "returns" ADD CONSTRAINT "returns_order_id_orders_id_fk" FOREIGN KEY ("order_id") REFERENCES "public"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tracking_events" ADD CONSTRAINT "tracking_events_parcel_id_parcels_id_fk" FOREIGN KEY ("parcel_id") REFERENCES "public"."parcels"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "approval_levels_due" ON "approval_levels" USING btree ("due_at") WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX "attachments_owner" ON "attachments" USING btree ("owner_kind","owner_id");--> statement-breakpoint
CREATE INDEX "attachments_expires" ON "attachments" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "audit_subject" ON "audit" USING btree ("subject","seq");--> statement-breakpoint
CREATE INDEX "customer_identities_customer" ON "customer_identities" USING btree ("customer_id");--> statement-breakpoint
CREATE INDEX "gifts_order" ON "gifts" USING btree ("order_id");--> statement-breakpoint
CREATE INDEX "inbox_unanswered" ON "inbox" USING btree ("claimed_at") WHERE answered_at IS NULL;--> statement-breakpoint
CREATE INDEX "inbox_answered" ON "inbox" USING btree ("answered_at");--> statement-breakpoint
CREATE UNIQUE INDEX "member_accounts_identity" ON "member_accounts" USING btree ("platform",lower("user_id"));--> statement-breakpoint
CREATE INDEX "member_accounts_member" ON "member_accounts" USING btree ("member_id");--> statement-breakpoint
CREATE UNIQUE INDEX "order_lines_identity" ON "order_lines" USING btree ("order_id","line_key");--> statement-breakpoint
CREATE UNIQUE INDEX "orders_identity" ON "orders" USING btree ("channel","shop","order_no");--> statement-breakpoint
CREATE INDEX "orders_order_no" ON "orders" USING btree ("order_no");--> statement-breakpoint
CREATE INDEX "orders_order_no_tail" ON "orders" USING btree (right("order_no", 4),"ordered_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "orders_phone_hash" ON "orders" USING btree ("phone_hash","ordered_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "orders_phone_tail" ON "orders" USING btree ("phone_tail","ordered_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "orders_consignee" ON "orders" USING btree ("consignee_name","ordered_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "orders_customer" ON "orders" USING btree ("customer_id","ordered_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "orders_channel_time" ON "orders" USING btree ("channel","ordered_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "orders_unshipped" ON "orders" USING btree ("ordered_at" DESC NULLS LAST) WHERE paid_at IS NOT NULL AND shipped_at IS NULL AND cancelled_at IS NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "outbox_key" ON "outbox" USING btree ("key");--> statement-breakpoint
CREATE INDEX "outbox_due" ON "outbox" USING btree ("due_at") WHERE state = 'ready';--> statement-breakpoint
CREATE INDEX "outbox_lane" ON "outbox" USING btree ("lane","id") WHERE state = 'ready';--> statement-breakpoint
CREATE INDEX "parcels_order" ON "parcels" USING btree ("order_id");--> statement-breakpoint
CREATE INDEX "parcels_waybill" ON "parcels" USING btree ("waybill_no");--> statement-breakpoint
CREATE INDEX "parcels_waybill_tail" ON "parcels" USING btree (right("waybill_no", 4),"shipped_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "query_log_at" ON "query_log" USING btree ("at");--> statement-breakpoint
CREATE INDEX "query_log_member" ON "query_log" USING btree ("member_id","at");--> statement-breakpoint
CREATE INDEX "returns_order" ON "returns" USING btree ("order_id");--> statement-breakpoint
CREATE INDEX "returns_waybill" ON "returns" USING btree ("waybill_no");--> statement-breakpoint
CREATE INDEX "returns_open" ON "returns" USING btree ("applied_at") WHERE closed_at IS NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "sheet_imports_file" ON "sheet_imports" USING btree ("sender","sha256");--> statement-breakpoint
CREATE INDEX "stock_lots_sku" ON "stock_lots" USING btree ("sku");--> statement-breakpoint
CREATE INDEX "transcript_conversation" ON "transcript" USING btree ("platform","conversation_id","seq");