CREATE TABLE "saved_views" (
	"member_id" text NOT NULL,
	"name" text NOT NULL,
	"slots" jsonb NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "saved_views_member_id_name_pk" PRIMARY KEY("member_id","name")
);
