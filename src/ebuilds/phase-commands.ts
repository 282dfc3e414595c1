/** Commands of ebuilds that are for phases only (PMS 12.3); in global scope they are mistakes, not missing programs. */
export const phaseCommands: ReadonlySet<string> = new Set(
  `adddeny addpredict addread addwrite best_version default default_pkg_nofetch default_src_compile default_src_configure
  default_src_install default_src_prepare default_src_test default_src_unpack diropts dobin docinto docompress doconfd dodir
  dodoc doenvd doexe dohard doheader dohtml doinfo doinitd doins dolib dolib.a dolib.so doman domo dosbin dosed dostrip
  dosym eapply eapply_user ebuild econf edo einstall einstalldocs emake exeinto exeopts fowners fperms get_libdir has_version
  in_iuse insinto insopts into keepdir libopts newbin newconfd newdoc newenvd newexe newheader newinitd newins newlib.a
  newlib.so newman newsbin pipestatus portageq prepall prepalldocs prepallinfo prepallman prepallstrip unpack use use_enable
  use_with useq usev usex ver_replacing`
    .split(/\s+/)
    .filter(Boolean),
);
