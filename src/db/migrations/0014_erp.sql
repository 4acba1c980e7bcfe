CREATE TABLE "erp_accounts" (
	"owner" text NOT NULL,
	"customer_code" text NOT NULL,
	"shop" text NOT NULL,
	"arrears_fen" bigint NOT NULL,
	"source" text NOT NULL,
	"checked_at" timestamp with time zone NOT NULL,
	CONSTRAINT "erp_accounts_owner_customer_code_pk" PRIMARY KEY("owner","customer_code")
);
--> statement-breakpoint
ALTER TABLE "stock_lots" ADD COLUMN "owner" text;--> statement-breakpoint
ALTER TABLE "stock_lots" ADD COLUMN "source" text;--> statement-breakpoint
CREATE INDEX "erp_accounts_shop" ON "erp_accounts" USING btree ("shop");