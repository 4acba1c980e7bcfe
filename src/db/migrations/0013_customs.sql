CREATE TABLE "customs_declarations" (
	"order_id" text PRIMARY KEY NOT NULL,
	"papers" jsonb NOT NULL,
	"buyer_hash" "bytea" NOT NULL,
	"total_fen" bigint NOT NULL,
	"guid" text NOT NULL,
	"given_times" smallint DEFAULT 0 NOT NULL,
	"state" text NOT NULL,
	"problems" jsonb NOT NULL,
	"pre_no" text,
	"list_no" text,
	"told_at" timestamp with time zone,
	"answers" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"made_at" timestamp with time zone NOT NULL,
	CONSTRAINT "customs_declarations_state" CHECK (state IN ('blocked','given','rejected','accepted','released'))
);
--> statement-breakpoint
CREATE TABLE "customs_goods" (
	"sku" text PRIMARY KEY NOT NULL,
	"item_name" text NOT NULL,
	"model" text NOT NULL,
	"hs_code" text NOT NULL,
	"unit" text NOT NULL,
	"country" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "customs_declarations" ADD CONSTRAINT "customs_declarations_order_id_orders_id_fk" FOREIGN KEY ("order_id") REFERENCES "public"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "customs_declarations_buyer" ON "customs_declarations" USING btree ("buyer_hash","made_at");