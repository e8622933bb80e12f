"""Deliver the ledger to the district: publish, await receipts, resend. Uses no devices."""
