CREATE TABLE "after_sales" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"channel" text NOT NULL,
	"shop" text NOT NULL,
	"after_sale_no" text NOT NULL,
	"order_no" text NOT NULL,
	"source" text NOT NULL,
	"state" text NOT NULL,
	"told" jsonb NOT NULL,
	"applied_at" timestamp with time zone NOT NULL,
	"modified_at" timestamp with time zone NOT NULL,
	CONSTRAINT "after_sales_state" CHECK (state IN ('applied','agreed','refused','closed','done'))
);
--> statement-breakpoint
CREATE TABLE "source_cursors" (
	"connector" text NOT NULL,
	"feed" text NOT NULL,
	"read_to" timestamp with time zone NOT NULL,
	"leased_until" timestamp with time zone,
	"due_at" timestamp with time zone NOT NULL,
	"ok_at" timestamp with time zone,
	"failures" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "source_cursors_connector_feed_pk" PRIMARY KEY("connector","feed")
);
--> statement-breakpoint
CREATE TABLE "source_events" (
	"connector" text NOT NULL,
	"key" text NOT NULL,
	"about" jsonb NOT NULL,
	"raw" "bytea",
	"told_at" timestamp with time zone,
	"received_at" timestamp with time zone NOT NULL,
	CONSTRAINT "source_events_connector_key_pk" PRIMARY KEY("connector","key")
);
--> statement-breakpoint
CREATE TABLE "source_hints" (
	"connector" text NOT NULL,
	"about" text NOT NULL,
	"told_at" timestamp with time zone NOT NULL,
	"fetched_at" timestamp with time zone,
	CONSTRAINT "source_hints_connector_about_pk" PRIMARY KEY("connector","about")
);
--> statement-breakpoint
CREATE TABLE "track_subscriptions" (
	"tracker" text NOT NULL,
	"waybill_no" text NOT NULL,
	"carrier_code" text NOT NULL,
	"phone_tail" text,
	"state" text DEFAULT 'wanted' NOT NULL,
	"tries" integer DEFAULT 0 NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"confirmed_at" timestamp with time zone,
	"heard_at" timestamp with time zone,
	"last_error" text,
	CONSTRAINT "track_subscriptions_tracker_waybill_no_pk" PRIMARY KEY("tracker","waybill_no"),
	CONSTRAINT "track_subscriptions_state" CHECK (state IN ('wanted','confirmed','ended','failed'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX "after_sales_no" ON "after_sales" USING btree ("channel","shop","after_sale_no");--> statement-breakpoint
CREATE INDEX "after_sales_order" ON "after_sales" USING btree ("channel","shop","order_no");--> statement-breakpoint
CREATE INDEX "after_sales_modified" ON "after_sales" USING btree ("modified_at");--> statement-breakpoint
CREATE INDEX "source_events_received" ON "source_events" USING btree ("received_at");--> statement-breakpoint
CREATE INDEX "track_subscriptions_due" ON "track_subscriptions" USING btree ("due_at") WHERE state IN ('wanted','confirmed');