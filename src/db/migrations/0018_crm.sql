CREATE TABLE "crm_levels" (
	"kind" text NOT NULL,
	"value_hash" "bytea" NOT NULL,
	"level" text NOT NULL,
	"told_at" timestamp with time zone NOT NULL,
	"connector" text NOT NULL,
	CONSTRAINT "crm_levels_kind_value_hash_pk" PRIMARY KEY("kind","value_hash")
);
--> statement-breakpoint
CREATE TABLE "crm_touches" (
	"connector" text NOT NULL,
	"id" text NOT NULL,
	"kind" text NOT NULL,
	"value_hash" "bytea" NOT NULL,
	"channel" text NOT NULL,
	"deed" text NOT NULL,
	"happened_at" timestamp with time zone NOT NULL,
	CONSTRAINT "crm_touches_connector_id_pk" PRIMARY KEY("connector","id")
);
--> statement-breakpoint
CREATE INDEX "crm_touches_person" ON "crm_touches" USING btree ("kind","value_hash","happened_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "crm_touches_age" ON "crm_touches" USING btree ("happened_at");