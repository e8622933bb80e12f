"""The gate: `scan` reads cards and records crossings, `uplink` delivers them to the district.

The two services run as separate processes under separate users and share files only:

    state folder (SD card)
      ledger.db, ledger.id   the ledger and its identity
      ledger.doubt           a report of damage, by gate-uplink for gate-scan
      ledger-*-*.db          ledgers that were set aside, with a `.json` of their delivery
      orders.json            the district's orders, by gate-uplink for both
      roster.bin, district-roster.bin (and .before)   rosters, by gate-uplink for gate-scan
      enrolment.json         the progress of the enrolment, by gate-enrol for gate-scan
    run folder (memory)
      scan.json, scan.log    health and log of gate-scan
      ticket.json            a scanned ticket, by gate-scan for gate-enrol
      camera-starts, reboot, self-tested   kept by gate-scan for its next start
    run folders of the others (memory)
      uplink.json, update.json   status of gate-uplink and gate-update
"""
