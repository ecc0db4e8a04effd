import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateAuditLog1763600300000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE audit_log (
        at timestamptz(3) NOT NULL DEFAULT now(),
        id uuid NOT NULL,
        actor_kind text NOT NULL,
        actor_id uuid,
        actor_user_id uuid,
        actor_owner_id uuid,
        action text NOT NULL,
        target_kind text NOT NULL,
        target_id text NOT NULL,
        changes jsonb NOT NULL,
        address text,
        user_agent text,
        request_id text,
        CONSTRAINT audit_log_pkey PRIMARY KEY (at, id)
      ) PARTITION BY RANGE (at)`);
    await runner.query(`CREATE INDEX audit_log_actor_id_at_idx ON audit_log (actor_id, at)`);
    await runner.query(`CREATE INDEX audit_log_actor_user_id_at_idx ON audit_log (actor_user_id, at)`);
    await runner.query(`CREATE INDEX audit_log_action_at_idx ON audit_log (action, at)`);
    await runner.query(`CREATE INDEX audit_log_target_at_idx ON audit_log (target_kind, target_id, at)`);
    await this.refuseChanges(runner);
    await this.addPartitions(runner);
  }

  // Partitions inherit row triggers but not truncate triggers, so each partition gets its own. ENABLE ALWAYS makes them
  // fire under session_replication_role = replica too, which a superuser could set to bypass them.
  private async refuseChanges(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION audit_log_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'audit_log is append-only: % refused', tg_op USING ERRCODE = 'insufficient_privilege';
      END $$`);
    await runner.query(`
      CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE ON audit_log
      FOR EACH ROW EXECUTE FUNCTION audit_log_refuse_change()`);
    await runner.query(`
      CREATE FUNCTION audit_log_protect(relation text) RETURNS void LANGUAGE plpgsql AS $$
      BEGIN
        EXECUTE format('CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON %I
          FOR EACH STATEMENT EXECUTE FUNCTION audit_log_refuse_change()', relation);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER audit_log_no_truncate', relation);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER audit_log_append_only', relation);
      END $$`);
    await runner.query(`SELECT audit_log_protect('audit_log')`);
  }

  // Moves a month's rows from the default partition to the month's own. PostgreSQL refuses a partition for rows that
  // the default partition holds, and the triggers refuse to delete them, so a new default partition replaces the old
  // one.
  private async addPartitions(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION audit_log_add_default() RETURNS void LANGUAGE plpgsql AS $$
      BEGIN
        CREATE TABLE audit_log_default PARTITION OF audit_log DEFAULT;
        PERFORM audit_log_protect('audit_log_default');
      END $$`);
    await runner.query(`
      CREATE FUNCTION audit_log_add_partition(month date) RETURNS void LANGUAGE plpgsql AS $$
      DECLARE
        name text := 'audit_log_' || to_char(month, 'YYYY_MM');
        lower timestamptz := date_trunc('month', month::timestamp) AT TIME ZONE 'UTC';
        upper timestamptz := (date_trunc('month', month::timestamp) + interval '1 month') AT TIME ZONE 'UTC';
        overflow boolean;
      BEGIN
        IF to_regclass(name) IS NOT NULL THEN RETURN; END IF;
        LOCK TABLE audit_log IN ACCESS EXCLUSIVE MODE;
        IF to_regclass(name) IS NOT NULL THEN RETURN; END IF;
        overflow := EXISTS (SELECT FROM audit_log_default WHERE at >= lower AND at < upper);
        IF overflow THEN
          ALTER TABLE audit_log DETACH PARTITION audit_log_default;
          ALTER TABLE audit_log_default RENAME TO audit_log_overflow;
          ALTER TABLE audit_log_overflow RENAME CONSTRAINT audit_log_default_pkey TO audit_log_overflow_pkey;
          PERFORM audit_log_add_default();
        END IF;
        EXECUTE format('CREATE TABLE %I PARTITION OF audit_log FOR VALUES FROM (%L) TO (%L)', name, lower, upper);
        PERFORM audit_log_protect(name);
        IF overflow THEN
          INSERT INTO audit_log SELECT * FROM audit_log_overflow;
          DROP TABLE audit_log_overflow;
        END IF;
      END $$`);
    await runner.query(`SELECT audit_log_add_default()`);
    await runner.query(`
      SELECT audit_log_add_partition((now() AT TIME ZONE 'UTC' + ahead * interval '1 month')::date)
      FROM generate_series(0, 3) AS ahead`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE audit_log`);
    await runner.query(`DROP FUNCTION audit_log_add_partition(date)`);
    await runner.query(`DROP FUNCTION audit_log_add_default()`);
    await runner.query(`DROP FUNCTION audit_log_protect(text)`);
    await runner.query(`DROP FUNCTION audit_log_refuse_change()`);
  }
}
