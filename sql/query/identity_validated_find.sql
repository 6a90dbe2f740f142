-- identity_validated_find: what Keystone said of a token not long ago, and how many microseconds more it may be believed
-- what Keystone said tells which project the token is for: no project_id to ask for
-- $1 token_hash, $2 seconds that an answer is believed
-- prepared: one row by its primary key
select said,
       floor(1000000 * (extract(epoch from validated_at - clock_timestamp()) + $2::bigint))::bigint as microseconds_left
  from permafrost.validated_tokens
 where token_hash = $1 and expires_at > clock_timestamp()
   and validated_at > clock_timestamp() - $2::bigint * interval '1 second'
