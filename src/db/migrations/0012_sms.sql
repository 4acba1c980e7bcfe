CREATE TABLE "sms_messages" (
	"id" text PRIMARY KEY NOT NULL,
	"connector" text NOT NULL,
	"purpose" text NOT NULL,
	"template" text NOT NULL,
	"state" text DEFAULT 'waiting' NOT NULL,
	"tries" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"tried_at" timestamp with time zone,
	"receipt" text,
	"code" text,
	"reported_at" timestamp with time zone,
	CONSTRAINT "sms_messages_state" CHECK (state IN ('waiting','sending','sent','delivered','undelivered','refused'))
);
--> statement-breakpoint
CREATE INDEX "sms_messages_created" ON "sms_messages" USING btree ("connector","created_at");