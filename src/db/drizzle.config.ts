import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'postgresql',
  schema: [
    './src/db/schema.ts',
    './src/db/schema-talk.ts',
    './src/db/schema-photos.ts',
    './src/db/schema-clocks.ts',
    './src/db/schema-flow.ts',
    './src/db/schema-customers.ts',
    './src/db/schema-crm.ts',
    './src/db/schema-feed.ts',
    './src/db/schema-customs.ts',
    './src/db/schema-sms.ts',
    './src/db/schema-erp.ts',
  ],
  out: './src/db/migrations',
})
