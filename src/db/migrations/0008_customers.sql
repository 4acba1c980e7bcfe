CREATE TABLE "customer_links" (
	"order_id" text NOT NULL,
	"kind" text NOT NULL,
	"value_hash" "bytea" NOT NULL,
	"fresh" boolean DEFAULT true NOT NULL,
	CONSTRAINT "customer_links_order_id_kind_value_hash_pk" PRIMARY KEY("order_id","kind","value_hash")
);
--> statement-breakpoint
CREATE TABLE "customer_merges" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"kept_id" text NOT NULL,
	"merged_id" text NOT NULL,
	"moved_ids" text[] DEFAULT '{}'::text[] NOT NULL,
	"score" real NOT NULL,
	"evidence" jsonb NOT NULL,
	"state" text NOT NULL,
	"made_at" timestamp with time zone NOT NULL,
	"undone_at" timestamp with time zone,
	"undone_by" text
);
--> statement-breakpoint
CREATE TABLE "customer_touches" (
	"customer_id" text PRIMARY KEY NOT NULL
);
--> statement-breakpoint
ALTER TABLE "customers" ADD COLUMN "merged_into" text;--> statement-breakpoint
ALTER TABLE "customer_links" ADD CONSTRAINT "customer_links_order_id_orders_id_fk" FOREIGN KEY ("order_id") REFERENCES "public"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "customer_merges" ADD CONSTRAINT "customer_merges_kept_id_customers_id_fk" FOREIGN KEY ("kept_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "customer_merges" ADD CONSTRAINT "customer_merges_merged_id_customers_id_fk" FOREIGN KEY ("merged_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "customer_merges" ADD CONSTRAINT "customer_merges_undone_by_members_id_fk" FOREIGN KEY ("undone_by") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "customer_touches" ADD CONSTRAINT "customer_touches_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "customer_links_value" ON "customer_links" USING btree ("kind","value_hash");--> statement-breakpoint
CREATE INDEX "customer_links_fresh" ON "customer_links" USING btree ("order_id") WHERE fresh;--> statement-breakpoint
CREATE UNIQUE INDEX "customer_merges_pair" ON "customer_merges" USING btree ("kept_id","merged_id");--> statement-breakpoint
CREATE INDEX "customer_merges_merged" ON "customer_merges" USING btree ("merged_id");--> statement-breakpoint
CREATE INDEX "customer_merges_kept" ON "customer_merges" USING btree ("kept_id") WHERE state = 'merged';--> statement-breakpoint
CREATE INDEX "customers_merged" ON "customers" USING btree ("merged_into") WHERE merged_into IS NOT NULL;