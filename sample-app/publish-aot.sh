#!/usr/bin/env bash
# Publishes the sample ahead of time (NativeAOT) for every processor and for this one, with trim and AOT warnings as errors; its classes of all sample
# images must be those of the JIT build; a program that only predicts must hold no training code: sample-app/publish-aot.sh [--times]
# --times also reports start-up and the time of an image. Without a C toolchain or the ILCompiler package nothing is done but saying so.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

skip() { echo "AOT check skipped: $*"; exit 0; }
fail() { echo "AOT check failed: $*" >&2; exit 1; }
size() { stat -c %s "$1" 2>/dev/null || stat -f %z "$1"; }

command -v clang >/dev/null || command -v gcc >/dev/null || skip "there is neither clang nor gcc to link with"
rid=$(dotnet --info | sed -n 's/^ *RID: *//p')
if ! dotnet restore sample-app -r "$rid" -p:PublishAot=true >"$work/restore.log"; then
  grep -qi ilcompiler "$work/restore.log" || { cat "$work/restore.log"; fail "the sample does not restore"; }
  skip "the package Microsoft.DotNet.ILCompiler does not restore"
fi

# What a program adds to an empty one. Both print the processor time that they have used up to there, in microseconds.
mkdir "$work/small"
cat >"$work/small/small.csproj" <<XML
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <InvariantGlobalization>true</InvariantGlobalization>
    <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
    <DefineConstants>\$(DefineConstants);\$(Contents)</DefineConstants>
  </PropertyGroup>
  <ItemGroup>
    <ProjectReference Include="$root/src/Bnn.Runtime/Bnn.Runtime.csproj" />
    <ProjectReference Include="$root/src/Bnn.Generator/Bnn.Generator.csproj" OutputItemType="Analyzer" ReferenceOutputAssembly="false" />
    <BnnModel Include="$root/sample-app/models/fashion-conv.bnn" Namespace="Small" Condition="'\$(Contents)' != 'EMPTY'" />
    <TrimmerRootAssembly Include="Bnn.Runtime" Condition="'\$(Contents)' == 'WHOLE'" />
  </ItemGroup>
  <Import Project="$root/src/Bnn.Generator/build/BnnGen.props" />
  <Import Project="$root/src/Bnn.Generator/build/BnnGen.targets" />
</Project>
XML
cat >"$work/small/Program.cs" <<'CS'
#if !EMPTY
System.Console.WriteLine(Small.FashionConv.Predict(new byte[Small.FashionConv.InputLength]));
#endif
System.Console.WriteLine((long)System.Environment.CpuUsage.TotalTime.TotalMicroseconds);
CS

publish() { # project, folder of the output, properties
  local project=$1 out=$2
  shift 2
  dotnet publish "$project" -c Release -r "$rid" -p:PublishAot=true -p:TrimmerSingleWarn=false -p:IlcGenerateMapFile=true -o "$out" -v q --nologo "$@"
}

dotnet build sample-app -c Release -o "$work/jit" -v q --nologo
publish sample-app "$work/aot"
publish sample-app "$work/native" -p:IlcInstructionSet=native
dotnet "$work/jit/sample-app.dll" --classes >"$work/jit.classes"
for build in aot native; do
  "$work/$build/sample-app" --classes >"$work/$build.classes"
  cmp "$work/jit.classes" "$work/$build.classes" || fail "$build gives other classes than the JIT build"
done
echo "AOT: no trim or AOT warning; the classes of all sample images are those of the JIT build, for every processor and for this one."

contents="EMPTY PREDICT"
[ "${1:-}" != --times ] || contents="EMPTY PREDICT WHOLE"
for content in $contents; do
  publish "$work/small" "$work/$content" -p:Contents="$content"
  map=$(find "$work/small/obj" -name small.map.xml)
  case $content in
    PREDICT)
      grep -q Bnn_Kernels "$map" || fail "the map does not show the kernels"
      ! grep -q Bnn_Training "$map" || fail "a program that only predicts holds training code"
      ;;
    WHOLE) grep -q Bnn_Training "$map" || fail "the whole library does not show training code" ;;
  esac
done
echo "AOT: a program that only predicts holds no training code."
echo "Bytes: empty program $(size "$work/EMPTY/small"), with a model that it predicts with $(size "$work/PREDICT/small"), the sample $(size "$work/aot/sample-app")."
[ "${1:-}" = --times ] || exit 0

echo "Bytes with the whole library, training code too: $(size "$work/WHOLE/small")."
for content in EMPTY PREDICT; do
  dotnet build "$work/small" -c Release -p:Contents="$content" -o "$work/jit-$content" -v q --nologo
done
for ((start = 0; start < 20; start++)); do
  for content in EMPTY PREDICT; do
    "$work/$content/small" | tail -1 >>"$work/$content.start"
    dotnet "$work/jit-$content/small.dll" | tail -1 >>"$work/jit-$content.start"
  done
done
median() { sort -n "$work/$1.start" | sed -n 10p; }
echo "Processor time to the end of the first answer, microseconds, median of 20 starts: AOT $(median PREDICT), empty $(median EMPTY); JIT $(median jit-PREDICT), empty $(median jit-EMPTY)."
for build in jit aot native; do
  echo "$build:"
  if [ $build = jit ]; then dotnet "$work/jit/sample-app.dll"; else "$work/$build/sample-app"; fi | grep -A 6 "^An image"
done
