import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateTickets1763601600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE tickets (
        id uuid CONSTRAINT tickets_pkey PRIMARY KEY,
        owner_id uuid NOT NULL,
        status text NOT NULL
          CONSTRAINT tickets_status_check CHECK (status IN ('open', 'answered', 'awaiting_reply', 'closed')),
        subject text NOT NULL,
        text text NOT NULL,
        email text NOT NULL,
        package_id integer CONSTRAINT tickets_package_id_fkey REFERENCES packages,
        order_uid text,
        follow_up_of_id uuid CONSTRAINT tickets_follow_up_of_id_fkey REFERENCES tickets
          CONSTRAINT tickets_follow_up_of_id_key UNIQUE,
        follow_up_id uuid CONSTRAINT tickets_follow_up_id_fkey REFERENCES tickets,
        priority text NOT NULL DEFAULT 'normal'
          CONSTRAINT tickets_priority_check CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
        tags text[] NOT NULL DEFAULT '{}',
        assignee_id uuid CONSTRAINT tickets_assignee_id_fkey REFERENCES users,
        created_at timestamptz(3) NOT NULL,
        updated_at timestamptz(3) NOT NULL,
        public_updated_at timestamptz(3) NOT NULL,
        status_since timestamptz(3) NOT NULL,
        revision integer NOT NULL DEFAULT 1,
        public_revision integer NOT NULL DEFAULT 1,
        document tsvector NOT NULL,
        CONSTRAINT tickets_follow_up_id_check CHECK (follow_up_id IS NULL OR status = 'closed')
      )`);
    for (const columns of [
      'created_at, id',
      'updated_at, id',
      'owner_id, created_at, id',
      'owner_id, public_updated_at, id',
      'status, created_at, id',
      'status, updated_at, id',
      'assignee_id, updated_at, id',
      'priority, updated_at, id',
      'email',
    ])
      await runner.query(`CREATE INDEX tickets_${columns.replaceAll(', ', '_')}_idx ON tickets (${columns})`);
    await runner.query(
      `CREATE INDEX tickets_package_id_idx ON tickets (package_id) WHERE package_id IS NOT NULL`,
    );
    await runner.query(
      `CREATE INDEX tickets_order_uid_idx ON tickets (order_uid) WHERE order_uid IS NOT NULL`,
    );
    await runner.query(`CREATE INDEX tickets_tags_idx ON tickets USING gin (tags)`);
    await runner.query(`CREATE INDEX tickets_document_idx ON tickets USING gin (document)`);
    await runner.query(
      `CREATE INDEX tickets_answered_idx ON tickets (status_since) WHERE status = 'answered'`,
    );
    await runner.query(`
      CREATE TABLE ticket_comments (
        id uuid CONSTRAINT ticket_comments_pkey PRIMARY KEY,
        ticket_id uuid NOT NULL CONSTRAINT ticket_comments_ticket_id_fkey REFERENCES tickets,
        visibility text NOT NULL
          CONSTRAINT ticket_comments_visibility_check CHECK (visibility IN ('public', 'internal')),
        text text NOT NULL,
        transition text,
        author text NOT NULL CONSTRAINT ticket_comments_author_check CHECK (author IN ('customer', 'staff')),
        user_id uuid,
        api_key_id uuid,
        created_at timestamptz(3) NOT NULL,
        document tsvector NOT NULL
      )`);
    await runner.query(
      `CREATE INDEX ticket_comments_ticket_id_created_at_id_idx ON ticket_comments (ticket_id, created_at, id)`,
    );
    await runner.query(
      `CREATE INDEX ticket_comments_public_idx ON ticket_comments (ticket_id, created_at, id) WHERE visibility = 'public'`,
    );
    await runner.query(`CREATE INDEX ticket_comments_document_idx ON ticket_comments USING gin (document)`);
    await runner.query(`
      CREATE TABLE ticket_events (
        ticket_id uuid NOT NULL CONSTRAINT ticket_events_ticket_id_fkey REFERENCES tickets,
        revision integer NOT NULL,
        public_revision integer,
        type text NOT NULL CONSTRAINT ticket_events_type_check
          CHECK (type IN ('opened', 'commented', 'transitioned', 'edited', 'closed_automatically')),
        author text NOT NULL CONSTRAINT ticket_events_author_check CHECK (author IN ('customer', 'staff', 'system')),
        user_id uuid,
        api_key_id uuid,
        at timestamptz(3) NOT NULL,
        changes jsonb NOT NULL,
        comment_id uuid,
        CONSTRAINT ticket_events_pkey PRIMARY KEY (ticket_id, revision),
        CONSTRAINT ticket_events_ticket_id_public_revision_key UNIQUE (ticket_id, public_revision)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE ticket_events`);
    await runner.query(`DROP TABLE ticket_comments`);
    await runner.query(`DROP TABLE tickets`);
  }
}
