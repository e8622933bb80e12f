"""Updates of the gate's software: download what the orders want, install it, try it, report it.

order_rules, install_rules   decide, pure
order_follower               acts on the orders: downloads (`download`) and installs
slot_service                 installs a bundle by RAUC, and tries, keeps or leaves a slot
rauc_backend                 answers RAUC's questions about the slots
boot_choice                  writes the slot that the firmware boots
"""
