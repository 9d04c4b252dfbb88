using BenchmarkDotNet.Running;
using Bnn.Benchmarks;

if (args is ["--cpu-time"])
    CpuTime.Run();
else if (args is ["--one"])
    OneSampleKernels.Run();
else if (args is ["--lanes"])
    LaneKernels.Run();
else
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
