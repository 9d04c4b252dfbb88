using BenchmarkDotNet.Running;
using Bnn.Benchmarks;
using Bnn.Benchmarks.Runs;

switch (args)
{
    case ["--cpu-time"]:
        CpuTime.Run();
        break;
    case ["--lanes"]:
        LaneKernels.Run();
        break;
    case ["--rivals", ..]:
        RivalRun.Run(Options.Read(args.AsSpan(1)), string.Join(' ', args));
        break;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        break;
}
