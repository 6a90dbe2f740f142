"""Documents by the million: made in PostgreSQL, through the same columns as any other."""
import concurrent.futures

METADATA = """jsonb_build_object(
        'curr_backup_level', n % 7, 'fs_real_path', '/srv/data/' || n % 50, 'vol_snap_path', '',
        'client_os', 'linux', 'client_version', '13.0.0', 'time_stamp', 1700000000 + n,
        'action', 'backup', 'always_level', '', 'backup_media', 'fs',
        'backup_name', 'nightly-' || n % 500, 'container', '/srv/store/' || n % 20,
        'container_segments', '', 'dry_run', '', 'hostname', '{prefix}-host-' || lpad((n % ({count} / 10))::text, 6, '0'),
        'path_to_backup', '/srv/data/' || n % 50, 'max_level', '', 'log_file', '/var/log/freezer.log',
        'storage', 'local', 'mode', 'fs', 'proxy', '', 'compression', 'gzip', 'ssh_key', '',
        'ssh_username', '', 'ssh_host', '', 'ssh_port', 22, 'consistency_checksum', md5(n::text),
        'job_id', md5('{prefix} job ' || n % 100))"""


def in_halves(count, insert):
    """Two at a time: insert(first, last)."""
    half = count // 2
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(insert, *part) for part in ((1, half), (half + 1, count))]:
            done.result()


def seed(instance, project, count, prefix):
    """`count` backups as agents record them; ten of them belong to the same host."""
    in_halves(count, lambda first, last: instance.sql(f"""
    insert into permafrost.backups (project_id, id, user_id, doc)
    select '{project}', id, 'bench', jsonb_build_object('backup_id', id, 'user_id', 'bench',
        'user_name', 'bench', 'project_id', '{project}', 'backup_metadata',
        {METADATA.format(prefix=prefix, count=count)})
      from (select n, md5('{prefix}' || n) as id from generate_series({first}, {last}) n) numbers;
    """))


def copy(instance, kind, project, count, changes, ident):
    """Copies of the newest document of that kind in the project, each with members of its own; `changes`
    and `ident` are SQL that knows n and id."""
    model = instance.sql(f"select id from permafrost.{kind} where project_id = '{project}' "
                         "order by created_at desc limit 1")
    in_halves(count, lambda first, last: instance.sql(f"""
    insert into permafrost.{kind} (project_id, id, user_id, doc)
    select project_id, id, user_id, doc || {changes}
      from (select project_id, user_id, doc, n, {ident} as id
              from generate_series({first}, {last}) n,
                   (select project_id, user_id, doc from permafrost.{kind}
                     where project_id = '{project}' and id = '{model}') as model) as copies;
    """))
