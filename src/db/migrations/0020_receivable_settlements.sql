CREATE TABLE "receivable_settlements" (
	"return_id" text PRIMARY KEY NOT NULL,
	"amount_fen" bigint NOT NULL,
	"platform_fen" bigint NOT NULL,
	"by_member_id" text NOT NULL,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "receivable_settlements" ADD CONSTRAINT "receivable_settlements_return_id_returns_id_fk" FOREIGN KEY ("return_id") REFERENCES "public"."returns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "receivable_settlements" ADD CONSTRAINT "receivable_settlements_by_member_id_members_id_fk" FOREIGN KEY ("by_member_id") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;