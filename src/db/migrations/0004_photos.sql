CREATE TABLE "waybill_photos" (
	"id" text PRIMARY KEY NOT NULL,
	"job_key" text NOT NULL,
	"member_id" text NOT NULL,
	"platform" text NOT NULL,
	"conversation_id" text NOT NULL,
	"sha256" text NOT NULL,
	"stored_as" text NOT NULL,
	"crop_stored_as" text,
	"phash" text,
	"state" text DEFAULT 'waiting' NOT NULL,
	"reading" jsonb,
	"order_id" text,
	"return_id" text,
	"created_at" timestamp with time zone NOT NULL,
	"read_at" timestamp with time zone,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "waybill_photos_state" CHECK (state IN ('waiting','read','refused','failed'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX "waybill_photos_job" ON "waybill_photos" USING btree ("job_key");--> statement-breakpoint
CREATE INDEX "waybill_photos_created" ON "waybill_photos" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "waybill_photos_expires" ON "waybill_photos" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "waybill_photos_order" ON "waybill_photos" USING btree ("order_id");