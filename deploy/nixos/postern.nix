# A NixOS module. In configuration.nix:
#
#     imports = [ ./postern.nix ];
#     services.postern = {
#       enable = true;
#       program = ./postern; # of the archive for Linux
#       settings.POSTERN_PUBLIC_URL = "https://app.example.com";
#       secrets = "/run/secrets/postern.env"; # OIDC_CLIENT_SECRET=…
#     };
{ config, lib, pkgs, ... }:
let
  postern = config.services.postern;
  package = pkgs.runCommand "postern" { } ''
    install -D -m 755 ${postern.program} $out/bin/postern
  '';
in
{
  options.services.postern = {
    enable = lib.mkEnableOption "Postern, the front door of self-hosted applications";
    program = lib.mkOption {
      type = lib.types.path;
      description = "The program `postern`, linked statically.";
    };
    settings = lib.mkOption {
      type = lib.types.attrsOf lib.types.str;
      default = { };
      description = "Settings that everybody may read, by the names of `postern --help`.";
    };
    secrets = lib.mkOption {
      type = lib.types.nullOr lib.types.path;
      default = null;
      description = "A file of more settings, one NAME=value in each line, which root alone reads.";
    };
  };

  config = lib.mkIf postern.enable {
    environment.systemPackages = [ package ];
    systemd.services.postern = {
      description = "Postern, the front door of self-hosted applications";
      wantedBy = [ "multi-user.target" ];
      wants = [ "network-online.target" ];
      after = [ "network-online.target" "postgresql.service" ];
      environment = postern.settings // { DATA_DIR = "/var/lib/postern"; };
      serviceConfig = {
        Type = "notify";
        ExecStart = "${package}/bin/postern";
        ExecReload = "${pkgs.coreutils}/bin/kill -HUP $MAINPID";
        EnvironmentFile = lib.optional (postern.secrets != null) postern.secrets;
        DynamicUser = true;
        StateDirectory = "postern";
        StateDirectoryMode = "0700";
        UMask = "0077";
        WatchdogSec = 30;
        Restart = "on-failure";
        RestartPreventExitStatus = 2;
        LimitNOFILE = 65536;
        CapabilityBoundingSet = "";
        ProtectSystem = "strict";
        ProtectHome = true;
        PrivateDevices = true;
        PrivateUsers = true;
        ProtectClock = true;
        ProtectHostname = true;
        ProtectKernelLogs = true;
        ProtectKernelModules = true;
        ProtectKernelTunables = true;
        ProtectControlGroups = true;
        ProtectProc = "invisible";
        ProcSubset = "pid";
        RestrictAddressFamilies = [ "AF_INET" "AF_INET6" "AF_UNIX" ];
        RestrictNamespaces = true;
        RestrictRealtime = true;
        LockPersonality = true;
        MemoryDenyWriteExecute = true;
        SystemCallArchitectures = "native";
        SystemCallFilter = [ "@system-service" "~@privileged" ];
      };
    };
  };
}
