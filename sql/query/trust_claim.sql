-- trust_claim: some of the trusts to give back now; later ones ask for them again if that fails
-- what no project uses any more: no project_id to ask for
update permafrost.trusts_released
   set tries = tries + 1,
       next_try = clock_timestamp() + least(interval '10 seconds' * 2 ^ least(tries, 12), interval '6 hours')
 where trust_id in (select trust_id
		      from permafrost.trusts_released
		     where next_try <= clock_timestamp()
		     order by next_try
		     limit 4
		       for update skip locked)
returning trust_id, tries
