ALTER TABLE "orders" ADD COLUMN "split_from" text;--> statement-breakpoint
CREATE INDEX "orders_split_from" ON "orders" USING btree ("split_from") WHERE split_from IS NOT NULL;