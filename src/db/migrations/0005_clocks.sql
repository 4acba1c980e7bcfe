CREATE TABLE "deadlines" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"subject" text NOT NULL,
	"clock" text NOT NULL,
	"rung" smallint NOT NULL,
	"basis_at" timestamp with time zone NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"plan" jsonb NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"fired_at" timestamp with time zone,
	"claimed_by" text,
	"held_until" timestamp with time zone,
	CONSTRAINT "deadlines_state" CHECK (state IN ('open','fired','void')),
	CONSTRAINT "deadlines_fired" CHECK ((state = 'fired') = (fired_at IS NOT NULL))
);
--> statement-breakpoint
CREATE TABLE "escalations" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"deadline_id" bigint NOT NULL,
	"subject" text NOT NULL,
	"clock" text NOT NULL,
	"rung" smallint NOT NULL,
	"step" text NOT NULL,
	"basis_at" timestamp with time zone NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"fired_at" timestamp with time zone NOT NULL,
	"member_id" text,
	"urgent" boolean DEFAULT false NOT NULL,
	"state" text NOT NULL,
	"not_before" timestamp with time zone NOT NULL,
	"told_at" timestamp with time zone,
	"platform" text,
	"outbox_key" text,
	"queued_at" timestamp with time zone,
	"attempt" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "escalations_state" CHECK (state IN ('waiting','told','delivered','failed','over','listed','nobody')),
	CONSTRAINT "escalations_member" CHECK ((member_id IS NULL) = (state IN ('listed','nobody'))),
	CONSTRAINT "escalations_told" CHECK (state NOT IN ('told','delivered') OR (told_at IS NOT NULL AND platform IS NOT NULL AND outbox_key IS NOT NULL AND queued_at IS NOT NULL))
);
--> statement-breakpoint
ALTER TABLE "escalations" ADD CONSTRAINT "escalations_member_id_members_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "deadlines_identity" ON "deadlines" USING btree ("subject","clock","rung");--> statement-breakpoint
CREATE INDEX "deadlines_due" ON "deadlines" USING btree ("due_at") WHERE state = 'open';--> statement-breakpoint
CREATE INDEX "deadlines_over" ON "deadlines" USING btree ("basis_at") WHERE state <> 'open';--> statement-breakpoint
CREATE INDEX "escalations_subject" ON "escalations" USING btree ("subject","id");--> statement-breakpoint
CREATE INDEX "escalations_waiting" ON "escalations" USING btree ("member_id","not_before") WHERE state = 'waiting';--> statement-breakpoint
CREATE INDEX "escalations_sent" ON "escalations" USING btree ("queued_at") WHERE state = 'told';--> statement-breakpoint
CREATE INDEX "escalations_told" ON "escalations" USING btree ("member_id","told_at");--> statement-breakpoint
CREATE INDEX "escalations_fired" ON "escalations" USING btree ("fired_at");