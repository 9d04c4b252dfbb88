using BenchmarkDotNet.Running;
using Bnn.Benchmarks;
using Bnn.Benchmarks.Runs;

try
{
    switch (args)
    {
        case ["--cpu-time"]:
            CpuTime.Run();
            break;
        case ["--lanes"]:
            LaneKernels.Run();
            break;
        case ["--circuits"]:
            CircuitKernels.Run();
            break;
        case ["--one"]:
            OneSampleKernels.Run();
            break;
        case ["--rivals", ..]:
            RivalRun.Run(Options.Read(args.AsSpan(1)), string.Join(' ', args));
            break;
        case ["--times", ..]:
            TierRun.Times(args.AsSpan(1));
            break;
        case ["--sweep", ..]:
            return Sweep.Run(Options.Read(args.AsSpan(1)), string.Join(' ', args)) ? 0 : 1;
        default:
            BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
            break;
    }
    return 0;
}
catch (UsageException error)
{
    Console.Error.WriteLine("error: " + error.Message);
    return 1;
}
